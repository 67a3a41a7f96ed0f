// What a client tells its app, as text: the forms of js/src/stores/reports.ts and js/src/types.ts,
// rows in the tagged form of the protocol. For apps in other languages, and for support.
#ifndef TIDEMARK_JSON_REPORTS_H
#define TIDEMARK_JSON_REPORTS_H

#include <span>
#include <string>
#include <string_view>

#include "tidemark/report.h"

namespace tidemark::json {

// Errc::bad_input names what is no text.
[[nodiscard]] Outcome<std::string> text_of(std::span<const PendingRecord> pending);
[[nodiscard]] Outcome<std::string> text_of(std::span<const Loss> losses);
[[nodiscard]] Outcome<std::string> text_of(std::span<const DeadLetter> letters);
[[nodiscard]] Outcome<std::string> text_of(const VerifyReport& report);
[[nodiscard]] Outcome<std::string> text_of(const PendingExport& all);

/// A loss as text_of() wrote it. Errc::bad_input for anything else.
[[nodiscard]] Outcome<Loss> loss_of(std::string_view text);

}  // namespace tidemark::json

#endif  // TIDEMARK_JSON_REPORTS_H
