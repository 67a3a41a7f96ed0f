// gzip, by zlib.
#include "http/gzip.h"

#include <zlib.h>

#include <limits>

namespace tidemark::http {
namespace {

/// The greatest window, and 16 for gzip's header instead of zlib's.
constexpr int kWindowBits = MAX_WBITS + 16;
constexpr int kMemoryLevel = 8;

}  // namespace

std::optional<std::string> gzipped(std::string_view text) {
  if (text.size() > std::numeric_limits<uInt>::max() / 2) return {};
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kWindowBits, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib does not write to it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int ended = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (ended != Z_STREAM_END) return {};
  return out;
}

}  // namespace tidemark::http
