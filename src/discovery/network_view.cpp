#include "discovery/network_view.hpp"

#include <algorithm>

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace qnet::discovery {

namespace asio = boost::asio;
using directory::Listed;
using directory::SnapshotHeader;
using directory::Status;
using std::chrono::milliseconds;

namespace {

directory::WallTime wall_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

struct NetworkView::Operator {
  explicit Operator(mesh::Invite at) : invite(std::move(at)) {}
  mesh::Invite invite;
  std::optional<SnapshotHeader> header;  // the newest that was taken
  KeptSnapshot kept;                     // meaningful with header
  std::string problem;
};

NetworkView::NetworkView(const asio::any_io_executor& executor, std::vector<mesh::Invite> operators,
                         const std::filesystem::path& folder, std::shared_ptr<const Dialer> dialer)
    : executor_(executor),
      files_(folder),
      dialer_(std::move(dialer)),
      timer_(executor),
      patience_(executor),
      all_answered_(executor) {
  for (auto& invite : operators) {
    const bool twice =
        std::ranges::any_of(operators_, [&](const auto& one) { return one->invite.peer == invite.peer; });
    if (!twice && operators_.size() < ViewLimits::operators)
      operators_.push_back(std::make_shared<Operator>(std::move(invite)));
  }
  summary_.operators = operators_.size();
}

void NetworkView::start(std::function<void()> changed) {
  changed_ = std::move(changed);
  load();
  if (operators_.empty()) return settle();
  patience_.expires_after(ViewLimits::patience);
  patience_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error && !self->stopped_) self->settle();
  });
  asio::co_spawn(executor_, [self = shared_from_this()] { return self->keep_fresh(); }, asio::detached);
}

void NetworkView::stop() {
  stopped_ = true;
  changed_ = nullptr;
  timer_.cancel();
  patience_.cancel();
  all_answered_.cancel();
}

void NetworkView::settle() {
  if (std::exchange(settled_, true)) return;
  if (changed_) changed_();
}

/// An old snapshot is better than none: its relays are judged by their own descriptors' ends.
void NetworkView::load() {
  for (const auto& from : operators_) {
    auto kept = files_.load(from->invite.peer);
    if (!kept) continue;
    auto header = SnapshotHeader::parse(kept->header);
    if (!header || header->directory != from->invite.peer) continue;
    from->header = std::move(*header);
    from->kept = std::move(*kept);
  }
  (void)agree_again();
}

net::Task<void> NetworkView::keep_fresh() {
  const auto self = shared_from_this();
  auto retry = ViewLimits::first_retry;
  while (!stopped_) {
    co_await refresh();
    if (stopped_) co_return;
    settle();
    auto pause =
        ViewLimits::refresh - ViewLimits::jitter +
        milliseconds(dialer_->random().below(2U * static_cast<std::uint32_t>(ViewLimits::jitter.count())));
    if (!summary_.problem.empty() || exits_.empty()) {
      pause = retry + milliseconds(dialer_->random().below(static_cast<std::uint32_t>(retry.count())));
      retry = std::min(retry * 2, ViewLimits::last_retry);
    } else {
      retry = ViewLimits::first_retry;
    }
    co_await patiently(timer_, pause, [this] { return stopped_; });
  }
}

net::Task<void> NetworkView::refresh() {
  running_ = operators_.size();
  all_answered_.expires_at(std::chrono::steady_clock::time_point::max());
  for (const auto& from : operators_)
    asio::co_spawn(
        executor_, [self = shared_from_this(), from] { return self->query(from); }, asio::detached);
  while (running_ > 0 && !stopped_)
    (void)co_await all_answered_.async_wait(asio::as_tuple(asio::use_awaitable));
}

net::Task<void> NetworkView::query(std::shared_ptr<Operator> from) {
  const auto self = shared_from_this();
  const auto done = co_await try_query(*from);
  from->problem = done ? "" : done.error().message();
  if (!stopped_) {
    const bool changed = agree_again();
    // Whoever waits for a path need not wait for the slowest operator.
    if (changed && changed_) changed_();
  }
  if (--running_ == 0) all_answered_.cancel();
}

net::Task<base::Result<void>> NetworkView::try_query(Operator& from) {
  auto dialled = co_await dialer_->dial(address_of(from.invite));
  if (!dialled) co_return base::forward_error(dialled);
  const auto session = std::move(dialled->session);
  directory::Query query{directory::Query::Kind::snapshot, {}};
  if (from.header) query.payload.assign(from.header->list.begin(), from.header->list.end());
  auto answer = co_await ask(session, std::move(query));
  session->close();
  if (!answer) co_return base::forward_error(answer);
  co_return take(from, *answer);
}

base::Result<void> NetworkView::take(Operator& from, const directory::Answer& answer) {
  if (!answer.good()) return base::fail(directory::Errc::refused, answer.error);
  auto header = SnapshotHeader::parse(answer.header);
  if (!header) return base::forward_error(header);
  const auto* const last = from.header ? &*from.header : nullptr;
  if (auto good = accept_header(*header, from.invite.peer, last, wall_now()); !good) return good;
  auto kept = KeptSnapshot{answer.header, answer.list ? *answer.list : base::Bytes()};
  if (answer.status == Status::not_modified) {
    if (last == nullptr || last->list != header->list) return base::fail(directory::Errc::list_mismatch);
    kept.list = from.kept.list;
  } else if (auto opened = open_list(*header, kept.list); !opened) {
    return base::forward_error(opened);
  }
  from.header = std::move(*header);
  from.kept = std::move(kept);
  if (auto saved = files_.save(from.invite.peer, from.kept); !saved)
    spdlog::warn("a directory snapshot cannot be kept: {}", saved.error().message());
  return {};
}

/// Of those whose snapshot still holds; of all, when that is too few: an old agreement is better than none.
std::vector<std::vector<Listed>> NetworkView::open_lists(bool expired_too, Summary& summary) const {
  std::vector<std::vector<Listed>> lists;
  for (const auto& from : operators_) {
    if (!from->header || (!expired_too && from->header->expires <= wall_now())) continue;
    auto opened = open_list(*from->header, from->kept.list);
    if (!opened) continue;
    lists.push_back(std::move(*opened));
    const std::chrono::system_clock::time_point issued = from->header->issued;
    summary.as_of = std::max(summary.as_of.value_or(issued), issued);
  }
  summary.agreeing = lists.size();
  return lists;
}

base::Result<std::vector<Listed>> NetworkView::agree_on(bool expired_too, Summary& summary) const {
  const auto lists = open_lists(expired_too, summary);
  std::vector<const std::vector<Listed>*> pointers;
  for (const auto& list : lists) pointers.push_back(&list);
  return directory::agree(pointers, operators_.size(), wall_now());
}

/// True when there are other exits than before.
bool NetworkView::agree_again() {
  Summary next;
  next.operators = operators_.size();
  for (const auto& from : operators_)
    if (next.problem.empty()) next.problem = from->problem;
  auto agreed = agree_on(false, next);
  // One dead operator of three is nothing that a person must do something about.
  if (agreed) next.problem.clear();
  if (!agreed) {
    if (next.problem.empty()) next.problem = agreed.error().message();
    agreed = agree_on(true, next);
  }
  if (!agreed) {
    // What was agreed on before still holds, until its relays' own ends.
    summary_.problem = next.problem;
    summary_.agreeing = next.agreeing;
    return false;
  }
  next.relays = agreed->size();
  for (const auto& relay : *agreed) ++next.countries[relay.country.code];
  std::erase_if(*agreed, [](const Listed& relay) {
    return !relay.descriptor.descriptor().can(directory::Capability::exit);
  });
  next.exits = agreed->size();
  summary_ = std::move(next);
  const bool same = std::ranges::equal(*agreed, exits_, {}, &Listed::descriptor, &Listed::descriptor);
  exits_ = std::move(*agreed);
  return !same;
}

}  // namespace qnet::discovery
