// The engine for JavaScript: plain functions over a handle, numbers and one scratch buffer of
// 32-bit words, no policy, and no layer between them and js/src/wasm.ts, which every user would
// download. Nothing here throws: a function that can fail returns a negative Errc. What is longer
// than a number is left in memory: a function returns where, `size` how many items. Both are valid
// until the next call; the facade copies at once. Words of a stamp: time high, time low, node high,
// node low. Times are milliseconds as doubles, exact to the year 287396.
#include <emscripten/emscripten.h>

#include <cstdint>
#include <span>
#include <type_traits>
#include <variant>
#include <vector>

#include "tidemark/tidemark.h"

namespace {

using tidemark::Cell;
using tidemark::Node;
using tidemark::Stamp;
using tidemark::WallMs;

// The layouts that js/src/columns.ts and js/src/engine.ts know.
static_assert(sizeof(Cell) == 24 && sizeof(tidemark::Joined) == 28);
static_assert(sizeof(tidemark::PendingWrite) == 12);
constexpr int kStampWords = 4;

int failure(tidemark::Errc code) { return -static_cast<int>(code); }
WallMs wall(double ms) { return static_cast<WallMs>(ms); }

class EngineBinding {
 public:
  EngineBinding(std::uint32_t node_high, std::uint32_t node_low)
      : engine_({}, Node{std::uint64_t{node_high} << 32 | node_low}) {}

  // Room for `words` words of input.
  const void* scratch(std::uint32_t words) {
    if (scratch_.size() < words) scratch_.resize(words);
    return scratch_.data();
  }
  std::uint32_t size() const { return size_; }

  // Joins the cells in scratch, `local` of them, then `remote` of them, into joined(). Returns how
  // many cells that are.
  int join(std::uint32_t local, std::uint32_t remote) {
    joined_.clear();
    const auto count = tidemark::join(at<Cell>(0, local), at<Cell>(local * 6, remote), joined_);
    return count ? static_cast<int>(*count) : failure(count.error());
  }
  const void* joined() { return view_of(joined_); }

  // Scratch: the lengths of `count` texts, then their bytes, one after the other. Two words a hash.
  const void* hashes(std::uint32_t count) {
    hashes_.clear();
    const auto lengths = at<std::uint32_t>(0, count);
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(scratch_.data() + count);
    for (const std::uint32_t length : lengths) {
      const std::uint64_t hash = tidemark::hash64({bytes, length});
      hashes_.push_back(static_cast<std::uint32_t>(hash >> 32));
      hashes_.push_back(static_cast<std::uint32_t>(hash));
      bytes += length;
    }
    return view_of(hashes_);
  }

  void restore(double offset_ms) { engine_.restore(stamp_at(0), stamp_at(4), wall(offset_ms)); }
  void start(std::uint32_t pending, double now, bool reading) {
    engine_.start(pending, wall(now), reading);
  }
  void close() { engine_.close(); }
  void pause() { engine_.pause(); }
  void resume(double now) { engine_.resume(wall(now)); }
  void sync_now(double now) { engine_.sync_now(wall(now)); }

  // Both leave the stamp in scratch.
  int reserve(std::uint32_t count, double now) { return give(engine_.reserve(count, wall(now))); }
  int restamp(std::uint32_t count, double now) {
    return give(engine_.restamp(stamp_at(0), count, wall(now)));
  }
  void accepted() { put_stamp(engine_.accepted()); }
  double offset_ms() const { return static_cast<double>(engine_.clock().offset_ms()); }
  void node() { put_stamp({0, engine_.clock().node()}); }

  void handle_online(bool online, double now) { engine_.handle_online(online, wall(now)); }
  void handle_live(bool connected, double now) { engine_.handle_live(connected, wall(now)); }
  void handle_write(std::uint32_t count, double now) { engine_.handle_write(count, wall(now)); }
  void handle_poke(double now) { engine_.handle_poke(wall(now)); }
  // Scratch: the accepted stamp, the spare node.
  void handle_clock(double offset_ms, bool restart) {
    engine_.handle_clock(wall(offset_ms), stamp_at(0), restart, node_at(4));
  }
  // Scratch: `writes` times three words, then the bytes of `records` records, then `cells` cells.
  int handle_outbox(std::uint32_t ticket, std::uint32_t writes, std::uint32_t records,
                    std::uint32_t cells, std::uint32_t rereads, std::uint32_t pending, double now,
                    std::uint32_t random) {
    const tidemark::OutboxView outbox{
        at<tidemark::PendingWrite>(0, writes),
        at<Cell>(writes * 3 + records, cells),
        at<std::uint32_t>(writes * 3, records),
        rereads,
    };
    return failure(engine_.handle_outbox(ticket, outbox, pending, wall(now), random));
  }
  // Bytes.
  const void* batch_selected() {
    size_ = static_cast<std::uint32_t>(engine_.batch().selected.size());
    return engine_.batch().selected.data();
  }
  const void* batch_cells() { return view_of(engine_.batch().cells); }
  bool batch_split() const { return engine_.batch().split; }

  // Scratch: the accepted stamp, the spare node.
  void handle_reply(std::uint32_t ticket, std::uint32_t settled, std::uint32_t kept,
                    std::uint32_t clock_refused, double fine_until, std::uint32_t cloned, bool more,
                    bool reset, double sent_at, double received_at, double server_at) {
    tidemark::Reply reply;
    reply.settled = settled;
    reply.kept = kept;
    reply.clock_refused = clock_refused;
    reply.fine_until = wall(fine_until);
    reply.cloned = cloned;
    reply.more = more;
    reply.reset = reset;
    reply.accepted = stamp_at(0);
    reply.sent_at = wall(sent_at);
    reply.received_at = wall(received_at);
    reply.server_at = wall(server_at);
    engine_.handle_reply(ticket, reply, node_at(4));
  }
  void handle_fault(std::uint32_t ticket, std::uint32_t code, double retry_after_ms, double now,
                    std::uint32_t random) {
    engine_.handle_fault(ticket, static_cast<tidemark::Errc>(code), wall(retry_after_ms), wall(now),
                         random);
  }
  void handle_committed(std::uint32_t ticket, std::uint32_t pending, std::uint32_t rereads,
                        double now, std::uint32_t random) {
    engine_.handle_committed(ticket, pending, rereads, wall(now), random);
  }
  void handle_restamped(std::uint32_t ticket, double now, std::uint32_t random) {
    engine_.handle_restamped(ticket, wall(now), random);
  }
  void handle_store_fault(std::uint32_t ticket, double now, std::uint32_t random) {
    engine_.handle_store_fault(ticket, wall(now), random);
  }

  // The next output as doubles: its kind (its place in Output, from 1; 0: nothing), then its
  // members.
  const void* poll(double now) {
    output_.assign(1, 0);
    if (const auto output = engine_.poll(wall(now))) {
      output_[0] = static_cast<double>(output->index() + 1);
      std::visit([this](const auto& step) { append(step); }, *output);
    }
    return view_of(output_);
  }

  // Doubles: phase, pending, last_synced_at, error, online.
  const void* status() {
    const tidemark::Status status = engine_.status();
    output_ = {static_cast<double>(status.phase), static_cast<double>(status.pending),
               static_cast<double>(status.last_synced_at), static_cast<double>(status.error),
               status.online ? 1.0 : 0.0};
    return view_of(output_);
  }

 private:
  // Items are doubles, or else words.
  template <typename T>
  const void* view_of(const std::vector<T>& items) {
    const std::size_t unit = std::is_same_v<T, double> ? sizeof(double) : sizeof(std::uint32_t);
    size_ = static_cast<std::uint32_t>(items.size() * sizeof(T) / unit);
    return items.data();
  }

  template <typename T>
  std::span<const T> at(std::size_t word, std::size_t count) const {
    return {reinterpret_cast<const T*>(scratch_.data() + word), count};
  }
  std::uint64_t pair_at(std::size_t word) const {
    return std::uint64_t{scratch_[word]} << 32 | scratch_[word + 1];
  }
  Stamp stamp_at(std::size_t word) const { return {pair_at(word), node_at(word + 2)}; }
  Node node_at(std::size_t word) const { return Node{pair_at(word)}; }
  void put_stamp(Stamp stamp) {
    scratch(kStampWords);
    const Cell cell = Cell::of(0, 0, stamp);
    scratch_[0] = cell.time_high;
    scratch_[1] = cell.time_low;
    scratch_[2] = cell.node_high;
    scratch_[3] = cell.node_low;
  }
  int give(const tidemark::Result<Stamp>& stamp) {
    if (!stamp) return failure(stamp.error());
    put_stamp(*stamp);
    return 0;
  }

  void append(const tidemark::LoadOutbox& o) { add({o.ticket, o.writes_max}); }
  void append(const tidemark::Send& o) {
    add({o.ticket, static_cast<std::uint32_t>(o.call), o.refresh_token, o.records_max, o.whole,
         o.turn});
    output_.insert(output_.end(), o.turns_before.begin(), o.turns_before.end());
  }
  void append(const tidemark::Commit& o) {
    add({o.ticket, static_cast<std::uint32_t>(o.refused), o.give_up});
  }
  void append(const tidemark::Restamp& o) { add({o.ticket, o.refused}); }
  void append(const tidemark::Live& o) { add({o.open}); }
  void append(const tidemark::StatusChanged&) {}
  void append(const tidemark::Verify&) {}
  void append(const tidemark::StartOver& o) { add({o.ticket}); }
  void append(const tidemark::Wake& o) { output_.push_back(static_cast<double>(o.at)); }
  void add(std::initializer_list<std::uint32_t> members) {
    output_.insert(output_.end(), members.begin(), members.end());
  }

  tidemark::Engine engine_;
  std::vector<std::uint32_t> scratch_ = std::vector<std::uint32_t>(64);
  std::vector<tidemark::Joined> joined_;
  std::vector<std::uint32_t> hashes_;
  std::vector<double> output_;
  std::uint32_t size_ = 0;
};

using E = EngineBinding;
using U = std::uint32_t;
using P = const void*;

}  // namespace

// One function for each of the class: `tm_` and its name.
extern "C" {
EMSCRIPTEN_KEEPALIVE E* tm_make(U node_high, U node_low) { return new E(node_high, node_low); }
EMSCRIPTEN_KEEPALIVE void tm_free(E* e) { delete e; }
EMSCRIPTEN_KEEPALIVE P tm_scratch(E* e, U words) { return e->scratch(words); }
EMSCRIPTEN_KEEPALIVE int tm_join(E* e, U local, U remote) { return e->join(local, remote); }
EMSCRIPTEN_KEEPALIVE P tm_joined(E* e) { return e->joined(); }
EMSCRIPTEN_KEEPALIVE P tm_hashes(E* e, U count) { return e->hashes(count); }
EMSCRIPTEN_KEEPALIVE U tm_size(E* e) { return e->size(); }
EMSCRIPTEN_KEEPALIVE void tm_restore(E* e, double offset_ms) { e->restore(offset_ms); }
EMSCRIPTEN_KEEPALIVE void tm_start(E* e, U pending, double now, bool reading) {
  e->start(pending, now, reading);
}
EMSCRIPTEN_KEEPALIVE void tm_close(E* e) { e->close(); }
EMSCRIPTEN_KEEPALIVE void tm_pause(E* e) { e->pause(); }
EMSCRIPTEN_KEEPALIVE void tm_resume(E* e, double now) { e->resume(now); }
EMSCRIPTEN_KEEPALIVE void tm_sync_now(E* e, double now) { e->sync_now(now); }
EMSCRIPTEN_KEEPALIVE int tm_reserve(E* e, U count, double now) { return e->reserve(count, now); }
EMSCRIPTEN_KEEPALIVE int tm_restamp(E* e, U count, double now) { return e->restamp(count, now); }
EMSCRIPTEN_KEEPALIVE void tm_accepted(E* e) { e->accepted(); }
EMSCRIPTEN_KEEPALIVE double tm_offset_ms(E* e) { return e->offset_ms(); }
EMSCRIPTEN_KEEPALIVE void tm_node(E* e) { e->node(); }
EMSCRIPTEN_KEEPALIVE void tm_handle_online(E* e, bool online, double now) {
  e->handle_online(online, now);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_live(E* e, bool connected, double now) {
  e->handle_live(connected, now);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_write(E* e, U count, double now) {
  e->handle_write(count, now);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_poke(E* e, double now) { e->handle_poke(now); }
EMSCRIPTEN_KEEPALIVE void tm_handle_clock(E* e, double offset_ms, bool restart) {
  e->handle_clock(offset_ms, restart);
}
EMSCRIPTEN_KEEPALIVE int tm_handle_outbox(E* e, U ticket, U writes, U records, U cells, U rereads,
                                          U pending, double now, U random) {
  return e->handle_outbox(ticket, writes, records, cells, rereads, pending, now, random);
}
EMSCRIPTEN_KEEPALIVE P tm_batch_selected(E* e) { return e->batch_selected(); }
EMSCRIPTEN_KEEPALIVE P tm_batch_cells(E* e) { return e->batch_cells(); }
EMSCRIPTEN_KEEPALIVE bool tm_batch_split(E* e) { return e->batch_split(); }
EMSCRIPTEN_KEEPALIVE void tm_handle_reply(E* e, U ticket, U settled, U kept, U clock_refused,
                                          double fine_until, U cloned, bool more, bool reset,
                                          double sent_at, double received_at, double server_at) {
  e->handle_reply(ticket, settled, kept, clock_refused, fine_until, cloned, more, reset, sent_at,
                  received_at, server_at);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_fault(E* e, U ticket, U code, double retry_after_ms, double now,
                                          U random) {
  e->handle_fault(ticket, code, retry_after_ms, now, random);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_committed(E* e, U ticket, U pending, U rereads, double now,
                                              U random) {
  e->handle_committed(ticket, pending, rereads, now, random);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_restamped(E* e, U ticket, double now, U random) {
  e->handle_restamped(ticket, now, random);
}
EMSCRIPTEN_KEEPALIVE void tm_handle_store_fault(E* e, U ticket, double now, U random) {
  e->handle_store_fault(ticket, now, random);
}
EMSCRIPTEN_KEEPALIVE P tm_poll(E* e, double now) { return e->poll(now); }
EMSCRIPTEN_KEEPALIVE P tm_status(E* e) { return e->status(); }
}
