#include "network/discovery/network_view.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "foundation/net/wait_watching_clock.hpp"
#include "network/directory/clock.hpp"

namespace qnet::discovery {

namespace asio = boost::asio;
using directory::Listed;
using directory::wall_now;
using std::chrono::milliseconds;

namespace {

std::chrono::steady_clock::time_point steady_now() { return std::chrono::steady_clock::now(); }

/// The operators that are asked: each once, and not too many.
std::vector<peer::Invite> choose(std::vector<peer::Invite> given) {
  std::vector<peer::Invite> chosen;
  for (auto& invite : given) {
    const bool twice = std::ranges::any_of(chosen, [&](const auto& one) { return one.peer == invite.peer; });
    if (!twice && chosen.size() < ViewLimits::operators) chosen.push_back(std::move(invite));
  }
  return chosen;
}

/// For a person: which operator it was, and what to do about it.
std::string explain(const base::Error& error, const peer::Invite& operator_) {
  auto text = fmt::format("The operator at {}:{} gives no list: {}.", operator_.address.host,
                          operator_.address.port, error.message());
  if (error.is(directory::Errc::expired) || error.is(directory::Errc::clock_skewed))
    text += " Check that this computer's clock is right.";
  return text;
}

/// Whatever directories say of it.
bool same_relay(const Listed& one, const Listed& other) { return one.descriptor == other.descriptor; }

std::vector<peer::PeerId> peers_of(const std::vector<peer::Invite>& invites) {
  std::vector<peer::PeerId> peers;
  for (const auto& invite : invites) peers.push_back(invite.peer);
  return peers;
}

}  // namespace

NetworkView::NetworkView(const asio::any_io_executor& executor, std::vector<peer::Invite> operators,
                         const std::filesystem::path& folder, AskOperator ask, base::RandomSource& random)
    : executor_(executor),
      operators_(choose(std::move(operators))),
      problems_(operators_.size()),
      asking_(operators_.size()),
      votes_(peers_of(operators_)),
      files_(folder),
      ask_(std::move(ask)),
      random_(random),
      timer_(executor),
      longest_wait_(executor),
      all_answered_(executor) {
  summary_.operators = operators_.size();
}

void NetworkView::start(std::function<void()> changed) {
  changed_ = std::move(changed);
  load();
  if (operators_.empty()) return settle();
  longest_wait_.expires_after(ViewLimits::longest_wait);
  longest_wait_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (const auto self = weak.lock(); self && !error && !self->stopped_) self->settle();
  });
  asio::co_spawn(executor_, [self = shared_from_this()] { return self->keep_fresh(); }, asio::detached);
}

void NetworkView::stop() {
  stopped_ = true;
  changed_ = nullptr;
  timer_.cancel();
  longest_wait_.cancel();
  all_answered_.cancel();
}

void NetworkView::settle() {
  if (std::exchange(settled_, true)) return;
  if (changed_) changed_();
}

/// An old snapshot is better than none: each relay's own descriptor says when it expires.
void NetworkView::load() {
  for (std::size_t i = 0; i < operators_.size(); ++i)
    if (auto kept = files_.load(operators_[i].peer)) votes_.restore(i, std::move(*kept));
  (void)agree_again();
}

net::Task<void> NetworkView::keep_fresh() {
  const auto self = shared_from_this();
  while (!stopped_) {
    schedule_.began(steady_now());
    co_await refresh();
    if (stopped_) co_return;
    settle();
    schedule_.ended(summary_.problem.empty() && !exits_.empty(), steady_now(), random_);
    co_await wait_for_deadline();
  }
}

/// The deadline may move meanwhile. A jump of the clock ends the wait: lists may have expired with it.
net::Task<void> NetworkView::wait_for_deadline() {
  while (!stopped_) {
    const auto left = schedule_.next_deadline().value() - steady_now();
    if (left <= decltype(left)::zero()) co_return;
    const bool jumped = co_await net::wait_watching_clock(timer_, std::chrono::ceil<milliseconds>(left),
                                                          [this] { return stopped_; });
    if (jumped) co_return;
  }
}

void NetworkView::refresh_soon() {
  if (stopped_) return;
  schedule_.hurry(!exits_.empty(), steady_now(), random_);
  timer_.cancel();
}

net::Task<void> NetworkView::refresh() {
  for (std::size_t i = 0; i < operators_.size(); ++i) {
    if (asking_[i]) continue;
    asking_[i] = true;
    asio::co_spawn(executor_, [self = shared_from_this(), i] { return self->query(i); }, asio::detached);
  }
  all_answered_.expires_after(ViewLimits::round);
  // The last answer cancels it.
  if (std::ranges::count(asking_, true) > 0 && !stopped_)
    (void)co_await all_answered_.async_wait(asio::as_tuple(asio::use_awaitable));
}

net::Task<void> NetworkView::query(std::size_t index) {
  const auto self = shared_from_this();
  const auto known = votes_.known_list(index);
  const base::Bytes before(known.begin(), known.end());
  const bool voted = votes_.votes(index, wall_now());
  const auto done = co_await try_query(index);
  asking_[index] = false;
  problems_[index] = done ? "" : explain(done.error(), operators_[index]);
  if (!stopped_) {
    // Three long lists are read again only when one of them has changed.
    const bool same =
        voted && std::ranges::equal(before, votes_.known_list(index)) && summary_.problem.empty();
    if (same) note_operators(summary_);
    // A request that waits for a path does not wait for the slowest operator.
    const auto news = same ? News{} : agree_again();
    if (news.exits) schedule_.found_others();
    if (news.relays && changed_) changed_();
  }
  if (std::ranges::count(asking_, true) == 0) all_answered_.cancel();
}

net::Task<base::Result<void>> NetworkView::try_query(std::size_t index) {
  const auto known = votes_.known_list(index);
  directory::Query query{directory::Query::Kind::snapshot, {known.begin(), known.end()}};
  const auto answer = co_await ask_(operators_[index], std::move(query));
  if (!answer) co_return tl::unexpected(answer.error());
  if (auto taken = votes_.take(index, *answer, wall_now()); !taken) co_return taken;
  if (auto saved = files_.save(operators_[index].peer, *votes_.kept(index)); !saved)
    spdlog::warn("{}", saved.error().message());
  co_return base::Result<void>();
}

/// Which lists hold now, and what is wrong with the operators. A dead minority of them is no problem that a
/// person has to solve.
void NetworkView::note_operators(Summary& summary) const {
  summary.agreeing = votes_.holding(wall_now());
  summary.as_of = votes_.as_of();
  std::size_t silent = 0;
  for (const auto& problem : problems_) {
    if (problem.empty()) continue;
    ++silent;
    summary.problem = problem;
  }
  if (operators_.size() - silent >= directory::majority_of(operators_.size())) summary.problem.clear();
}

NetworkView::News NetworkView::agree_again() {
  Summary next;
  next.operators = operators_.size();
  note_operators(next);
  auto agreed = votes_.agreed(wall_now());
  if (!agreed) {
    if (next.problem.empty()) next.problem = agreed.error().message();
    // The last agreement still holds, until the descriptors of its relays expire.
    summary_.problem = next.problem;
    summary_.agreeing = next.agreeing;
    return {};
  }
  Relays exits;
  for (const auto& relay : *agreed) {
    ++next.countries[relay.country.code];
    if (relay.measured > 0) ++next.measured;
    if (relay.descriptor.descriptor().can(directory::Capability::exit)) exits.push_back(relay);
  }
  next.relays = agreed->size();
  next.exits = exits.size();
  summary_ = std::move(next);
  const News news{*agreed != *relays_, !std::ranges::equal(exits, exits_, same_relay)};
  if (news.relays) relays_ = std::make_shared<const Relays>(std::move(*agreed));
  exits_ = std::move(exits);
  return news;
}

}  // namespace qnet::discovery
