// Stamp::parse takes exactly the texts that Stamp::text gives, and refuses every other.
#include <algorithm>
#include <string_view>

#include "fuzz.h"

namespace {

bool has_the_form(std::string_view text) {
  constexpr std::string_view form = "xxxxxxxxxxxx-xxxx-xxxxxxxxxxxxxxxx";
  constexpr std::string_view digits = "0123456789abcdef";
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [&](char c, char wanted) {
    return wanted == '-' ? c == '-' : digits.find(c) != digits.npos;
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto stamp = tidemark::Stamp::parse(text);
  fuzz::require(stamp.ok() == has_the_form(text), "a stamp is parsed if it has the form");
  if (stamp)
    fuzz::require(stamp->text() == text, "the text of a parsed stamp is what was parsed");
  else
    fuzz::require(stamp.error() == tidemark::Errc::bad_stamp, "what is no stamp is bad_stamp");
  return 0;
}
