// The engine for JavaScript: one class, numbers and one scratch buffer of 32-bit words, no policy.
// Nothing here throws: a function that can fail returns a negative Errc. Views of memory are valid
// until the next call; the facade copies at once. Words of a stamp: time high, time low, node high,
// node low. Times are milliseconds as doubles, exact to the year 287396.
#include <emscripten/bind.h>
#include <emscripten/val.h>

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "tidemark/tidemark.h"

namespace {

using emscripten::val;
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

template <typename T>
val view_of(const std::vector<T>& items) {
  const auto* words = reinterpret_cast<const std::uint32_t*>(items.data());
  return val(emscripten::typed_memory_view(items.size() * sizeof(T) / 4, words));
}

class EngineBinding {
 public:
  EngineBinding(std::uint32_t node_high, std::uint32_t node_low)
      : engine_({}, Node{std::uint64_t{node_high} << 32 | node_low}) {}

  // Room for `words` words of input, as a Uint32Array over the engine's memory.
  val scratch(std::uint32_t words) {
    if (scratch_.size() < words) scratch_.resize(words);
    return val(emscripten::typed_memory_view(words, scratch_.data()));
  }

  // Joins the cells in scratch, `local` of them, then `remote` of them, into joined(). Returns how
  // many cells that are.
  int join(std::uint32_t local, std::uint32_t remote) {
    joined_.clear();
    const auto count = tidemark::join(at<Cell>(0, local), at<Cell>(local * 6, remote), joined_);
    return count ? static_cast<int>(*count) : failure(count.error());
  }
  val joined() const { return view_of(joined_); }

  // Scratch: the lengths of `count` texts, then their bytes, one after the other. Two words a hash.
  val hashes(std::uint32_t count) {
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
  val batch_selected() const {
    const auto& selected = engine_.batch().selected;
    return val(emscripten::typed_memory_view(selected.size(), selected.data()));
  }
  val batch_cells() const { return view_of(engine_.batch().cells); }
  bool batch_split() const { return engine_.batch().split; }

  // Scratch: the accepted stamp, the spare node.
  void handle_reply(std::uint32_t ticket, std::uint32_t settled, std::uint32_t kept,
                    std::uint32_t clock_refused, std::uint32_t cloned, bool more, bool reset,
                    double sent_at, double received_at, double server_at) {
    tidemark::Reply reply;
    reply.settled = settled;
    reply.kept = kept;
    reply.clock_refused = clock_refused;
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

  // The next output as numbers: its kind (its place in Output, from 1; 0: nothing), then its
  // members.
  val poll(double now) {
    output_.assign(1, 0);
    if (const auto output = engine_.poll(wall(now))) {
      output_[0] = static_cast<double>(output->index() + 1);
      std::visit([this](const auto& step) { append(step); }, *output);
    }
    return val(emscripten::typed_memory_view(output_.size(), output_.data()));
  }

  // Phase, pending, last_synced_at, error, online.
  val status() {
    const tidemark::Status status = engine_.status();
    output_ = {static_cast<double>(status.phase), static_cast<double>(status.pending),
               static_cast<double>(status.last_synced_at), static_cast<double>(status.error),
               status.online ? 1.0 : 0.0};
    return val(emscripten::typed_memory_view(output_.size(), output_.data()));
  }

 private:
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
    add({o.ticket, o.page, static_cast<std::uint32_t>(o.refused), o.give_up});
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
};

}  // namespace

EMSCRIPTEN_BINDINGS(tidemark) {
  using E = EngineBinding;
  emscripten::class_<E>("Engine")
      .constructor<std::uint32_t, std::uint32_t>()
      .function("scratch", &E::scratch)
      .function("join", &E::join)
      .function("joined", &E::joined)
      .function("hashes", &E::hashes)
      .function("restore", &E::restore)
      .function("start", &E::start)
      .function("close", &E::close)
      .function("pause", &E::pause)
      .function("resume", &E::resume)
      .function("syncNow", &E::sync_now)
      .function("reserve", &E::reserve)
      .function("restamp", &E::restamp)
      .function("accepted", &E::accepted)
      .function("offsetMs", &E::offset_ms)
      .function("node", &E::node)
      .function("handleOnline", &E::handle_online)
      .function("handleLive", &E::handle_live)
      .function("handleWrite", &E::handle_write)
      .function("handlePoke", &E::handle_poke)
      .function("handleClock", &E::handle_clock)
      .function("handleOutbox", &E::handle_outbox)
      .function("batchSelected", &E::batch_selected)
      .function("batchCells", &E::batch_cells)
      .function("batchSplit", &E::batch_split)
      .function("handleReply", &E::handle_reply)
      .function("handleFault", &E::handle_fault)
      .function("handleCommitted", &E::handle_committed)
      .function("handleRestamped", &E::handle_restamped)
      .function("handleStoreFault", &E::handle_store_fault)
      .function("poll", &E::poll)
      .function("status", &E::status);
}
