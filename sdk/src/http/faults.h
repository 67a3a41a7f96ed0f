// What an answer that is no success means: the status decides what is done about it, the body,
// where it is ours, says more to a reader. js/src/transports/fetch.ts has the same table.
#ifndef TIDEMARK_HTTP_FAULTS_H
#define TIDEMARK_HTTP_FAULTS_H

#include "http/session.h"

namespace tidemark::http {

/// Of a status other than 200 to 299.
[[nodiscard]] Error fault_of(const Reply& reply);

}  // namespace tidemark::http

#endif  // TIDEMARK_HTTP_FAULTS_H
