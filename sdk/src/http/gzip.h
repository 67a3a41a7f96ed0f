// Bodies of requests, compressed.
#ifndef TIDEMARK_HTTP_GZIP_H
#define TIDEMARK_HTTP_GZIP_H

#include <optional>
#include <string>
#include <string_view>

namespace tidemark::http {

/// Smaller bodies are not worth compressing.
inline constexpr std::size_t kGzipBytesMin = 1'024;

/// None: it cannot be done, and `text` goes as it is.
[[nodiscard]] std::optional<std::string> gzipped(std::string_view text);

}  // namespace tidemark::http

#endif  // TIDEMARK_HTTP_GZIP_H
