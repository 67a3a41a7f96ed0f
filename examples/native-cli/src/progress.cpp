// A transport around another, and the line that tells of it.
#include "progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

namespace cli {
namespace {

using tidemark::CallOptions;
using tidemark::FullReply;
using tidemark::FullRequest;
using tidemark::Outcome;
using tidemark::PullReply;
using tidemark::PullRequest;

class CountingTransport final : public tidemark::Transport {
 public:
  CountingTransport(std::unique_ptr<Transport> transport, OnProgress listener)
      : transport_(std::move(transport)), listener_(std::move(listener)) {}

  Outcome<PullReply> pull(const PullRequest& request, const CallOptions& options) override {
    auto reply = transport_->pull(request, options);
    if (reply) count(*reply, !request.cursor, request.tables, options);
    return reply;
  }
  Outcome<FullReply> full(const FullRequest& request, const CallOptions& options) override {
    auto reply = transport_->full(request, options);
    if (reply) count(reply->pull, !request.cursor, request.tables, options);
    return reply;
  }
  Outcome<tidemark::LossesReply> losses(const tidemark::LossesRequest& request,
                                        const CallOptions& options) override {
    return transport_->losses(request, options);
  }
  Outcome<tidemark::DigestReply> digest(const tidemark::DigestRequest& request,
                                        const CallOptions& options) override {
    return transport_->digest(request, options);
  }
  Outcome<tidemark::MetaReply> meta(const CallOptions& options) override {
    return transport_->meta(options);
  }

 private:
  void count(const PullReply& page, bool is_first, const std::vector<std::string>& tables,
             const CallOptions& options) {
    if (is_first) progress_ = {};
    if (is_first && page.more) ask_total(tables, options);
    progress_.received += page.changes.size();
    // The endpoint goes on while it is read.
    if (progress_.total) progress_.total = std::max(*progress_.total, progress_.received);
    if (page.more || progress_.received > page.changes.size()) listener_(progress_);
    if (!page.more) progress_ = {};
  }

  // Not worth a fault: an endpoint that does not count leaves the total open.
  void ask_total(const std::vector<std::string>& tables, const CallOptions& options) {
    CallOptions quiet = options;
    quiet.traffic = nullptr;
    const auto meta = transport_->meta(quiet);
    if (!meta) return;
    std::uint64_t total = 0;
    for (const std::string& table : tables)
      if (const auto counts = meta->counts.find(table); counts != meta->counts.end())
        total += counts->second.records;
    progress_.total = total;
  }

  std::unique_ptr<Transport> transport_;
  OnProgress listener_;
  Progress progress_;
};

}  // namespace

std::unique_ptr<tidemark::Transport> counting_transport(
    std::unique_ptr<tidemark::Transport> transport, OnProgress listener) {
  return std::make_unique<CountingTransport>(std::move(transport), std::move(listener));
}

bool has_terminal() { return isatty(STDERR_FILENO) == 1; }

void show_progress(const Progress& progress) {
  std::string line = "received " + std::to_string(progress.received);
  if (progress.total) line += " / " + std::to_string(*progress.total);
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
}

void hide_progress() {
  std::fputs("\r\033[K", stderr);
  std::fflush(stderr);
}

}  // namespace cli
