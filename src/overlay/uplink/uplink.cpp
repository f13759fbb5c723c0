#include "overlay/uplink/uplink.hpp"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "overlay/uplink/explain.hpp"

namespace qnet::uplink {

namespace asio = boost::asio;

namespace {

struct Clear {
  void operator()(bool* flag) const { *flag = false; }
};
using Clears = std::unique_ptr<bool, Clear>;

TimePoint steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Uplink::Uplink(const asio::any_io_executor& executor, Hooks hooks, base::RandomSource& random)
    : executor_(executor), hooks_(std::move(hooks)), policy_(random), left_(executor), timer_(executor) {
  (void)clock_.jumped(std::chrono::system_clock::now(), steady_now());
}

void Uplink::start() {
  policy_.start();
  perform();
}

void Uplink::stop() {
  if (std::exchange(stopped_, true)) return;
  policy_.stop();
  perform();
  left_.stop();
  // What they hold may hold this.
  hooks_.candidates = nullptr;
  hooks_.unsatisfied = nullptr;
}

void Uplink::reconsider() {
  policy_.reconsider();
  perform();
}

void Uplink::only_on_request(bool only) {
  policy_.only_on_request(only);
  since_ = connected() ? since_ : std::chrono::system_clock::now();
  perform();
}

void Uplink::network_changed() {
  since_ = std::chrono::system_clock::now();
  policy_.network_changed(steady_now());
  perform();
}

net::Task<base::Result<std::shared_ptr<session::Session>>> Uplink::session() {
  const auto self = shared_from_this();
  if (stopped_) co_return base::fail(Errc::stopped);
  look_around();
  const auto waiter = std::make_shared<Waiter>(executor_);
  waiters_.emplace(policy_.request(steady_now()), waiter);
  perform();
  co_await waiter->answered.wait();
  co_return waiter->result;
}

void Uplink::has_no_exit(const session::Session& session) {
  if (session_.get() != &session) return;
  details_.at(*used_).problem = kNoExitSentence;
  policy_.has_no_exit(steady_now());
  perform();
}

std::vector<Uplink::Peer> Uplink::peers() const {
  std::vector<Peer> all;
  for (const auto& peer : policy_.peers()) {
    const auto& details = details_.at(peer.number);
    all.push_back({details.address, peer.state, details.problem, details.round_trip});
  }
  return all;
}

/// What nobody tells of: a clock that has jumped, and a session that takes no more streams but has not ended.
void Uplink::look_around() {
  if (clock_.jumped(std::chrono::system_clock::now(), steady_now())) policy_.clock_jumped(steady_now());
  if (session_ && !session_->usable()) end_session(Ending::lost, session_->reason());
}

void Uplink::end_session(Ending ending, base::Error reason) {
  session_.reset();
  since_ = std::chrono::system_clock::now();
  policy_.session_ended(ending, std::move(reason), steady_now());
  perform();
}

void Uplink::set_timer() {
  timer_.follow(policy_.next_deadline(), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self) return;
    self->look_around();
    self->policy_.advance(steady_now());
    self->perform();
  });
}

/// Each call adds to what one loop carries out, also when it is made by what is called from it.
void Uplink::perform() {
  if (std::exchange(performing_, true)) return;
  {
    // Also when something is thrown: or nothing would ever be carried out again.
    const Clears clears(&performing_);
    while (const auto next = policy_.next_action())
      std::visit([this](const auto& action) { perform(action); }, *next);
  }
  set_timer();
}

void Uplink::perform(const AskCandidates&) {
  const auto all = hooks_.candidates();
  std::vector<Candidate> candidates;
  candidates.reserve(all.size());
  for (const auto& one : all)
    candidates.push_back({{one.address.noise_key, one.address.host, one.address.port}, one.standing});
  const auto numbers = policy_.candidates(candidates, steady_now());
  // The first of several for one peer counts, as it does for the policy.
  for (auto i = numbers.size(); i-- > 0;) {
    auto& details = details_[numbers[i]];
    details.address = all[i].address;
    details.standing = all[i].standing;
  }
  std::map<PeerNumber, Details> kept;
  for (const auto& peer : policy_.peers()) kept.insert(details_.extract(peer.number));
  details_ = std::move(kept);
}

void Uplink::perform(const Dial& action) {
  asio::co_spawn(
      executor_, [self = shared_from_this(), number = action.peer] { return self->attempt(number); },
      asio::detached);
}

net::Task<void> Uplink::attempt(PeerNumber number) {
  auto address = details_.at(number).address;
  auto dialled = co_await hooks_.dial(std::move(address));
  // One that has ended already is none.
  if (dialled && !dialled->session->usable()) dialled = tl::unexpected(dialled->session->reason());
  if (dialled) {
    dialled_ = std::move(*dialled);
    policy_.dial_succeeded(number, steady_now());
    perform();
    // Stopped: nothing was said about it.
    if (dialled_) std::exchange(dialled_, std::nullopt)->session->close();
  } else if (!stopped_) {
    auto& details = details_.at(number);
    details.problem = explain_dial_error(dialled.error(), details.address, details.standing);
    policy_.dial_failed(number, std::move(dialled.error()), steady_now());
    perform();
  }
}

void Uplink::perform(const Use& action) {
  auto dialled = *std::exchange(dialled_, std::nullopt);
  auto& details = details_.at(action.peer);
  details.problem.clear();
  details.round_trip = dialled.round_trip;
  session_ = std::move(dialled.session);
  used_ = action.peer;
  since_ = std::chrono::system_clock::now();
  session_->on_end([weak = weak_from_this(), ended = session_.get()] {
    const auto self = weak.lock();
    // One that was left for a better one is nobody's any more.
    if (!self || self->session_.get() != ended) return;
    const auto reason = ended->reason();
    self->end_session(reason.is(session::Errc::idle) ? Ending::idle : Ending::lost, reason);
  });
}

void Uplink::perform(const Drop&) { std::exchange(dialled_, std::nullopt)->session->close(); }

void Uplink::perform(const Retire&) { left_.add(std::exchange(session_, nullptr), UplinkLimits::retirement); }

void Uplink::perform(const Close&) {
  since_ = std::chrono::system_clock::now();
  std::exchange(session_, nullptr)->close();
}

void Uplink::perform(const Answer& action) {
  const auto waiter = waiters_.extract(action.request);
  if (waiter.empty()) return;
  if (action.error)
    waiter.mapped()->result = tl::unexpected(*action.error);
  else if (session_)
    waiter.mapped()->result = session_;
  waiter.mapped()->answered.notify();
}

void Uplink::perform(const Unsatisfied&) { hooks_.unsatisfied(); }

}  // namespace qnet::uplink
