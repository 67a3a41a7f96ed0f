// Lines on stdout and stderr.
#include "output.h"

#include <cstdio>
#include <ctime>

#include "json_text.h"

namespace cli {
namespace {

/// Characters of a text that is printed for people, at most.
constexpr std::size_t kPlainMax = 200;

std::string json_of(const Failure& failure) {
  JsonObject error;
  error.text("code", failure.code)
      .text("message", failure.message)
      .text("detail", failure.detail)
      .text("hint", failure.hint)
      .flag("retryable", failure.retryable)
      .number("exit", static_cast<std::int64_t>(failure.exit));
  return JsonObject().raw("error", error.end()).end();
}

std::string text_of(const Failure& failure) {
  std::string line = "tidemark: " + failure.code + ": " + failure.message;
  if (!failure.detail.empty()) line += " (" + failure.detail + ')';
  if (!failure.hint.empty()) line += "; hint: " + failure.hint;
  for (char& c : line)
    if (c == '\n' || c == '\r') c = ' ';
  return line;
}

}  // namespace

bool print_line(std::string_view line) {
  std::fwrite(line.data(), 1, line.size(), stdout);
  std::fputc('\n', stdout);
  return std::fflush(stdout) == 0;
}

void print_failure(const Failure& failure, bool json) {
  const std::string line = json ? json_of(failure) : text_of(failure);
  std::fprintf(stderr, "%s\n", line.c_str());
}

void print_note(std::string_view note, bool json) {
  if (!json) std::fprintf(stderr, "tidemark: %.*s\n", static_cast<int>(note.size()), note.data());
}

std::string counted(std::uint64_t count, std::string_view noun) {
  std::string text = std::to_string(count) + ' ';
  text.append(noun);
  if (count == 1) return text;
  return text.append(noun.ends_with("ss") ? "es" : "s");
}

std::string time_text(tidemark::WallMs at) {
  if (at <= 0) return "never";
  const auto seconds = static_cast<std::time_t>(at / 1'000);
  std::tm parts{};
  if (gmtime_r(&seconds, &parts) == nullptr) return std::to_string(at);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S", &parts);
  return text;
}

std::string plain(std::string_view text) {
  std::string out(text.substr(0, kPlainMax));
  if (text.size() > kPlainMax) {
    // Not half a character.
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (!out.empty()) out.pop_back();
    out += "…";
  }
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

}  // namespace cli
