// Digests, by which two replicas find out whether, and where, they differ: sums of record hashes,
// so that a record's change moves a range's digest without reading the range.
#ifndef TIDEMARK_DIGEST_H
#define TIDEMARK_DIGEST_H

#include <cstdint>
#include <span>

namespace tidemark {

/// 64 bits of `bytes`: FNV-1a (Fowler, Noll, Vo) with the finalizer of MurmurHash3 (Appleby), which
/// spreads it over all bits. Stored nowhere, sent in digests: protocol.md. Not against forgers.
[[nodiscard]] std::uint64_t hash64(std::span<const std::uint8_t> bytes) noexcept;

}  // namespace tidemark

#endif  // TIDEMARK_DIGEST_H
