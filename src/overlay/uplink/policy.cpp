#include "overlay/uplink/policy.hpp"

#include <algorithm>
#include <utility>

namespace qnet::uplink {

void Policy::start() {
  if (started_ || stopped_) return;
  started_ = true;
  begin_round();
}

void Policy::stop() {
  if (std::exchange(stopped_, true)) return;
  actions_.clear();
  if (connected()) actions_.emplace_back(Close{});
  leave_used();
  race_.reset();
  answer_all(Errc::stopped);
  asking_ = resting_ = false;
}

std::vector<PeerNumber> Policy::candidates(const std::vector<Candidate>& all, TimePoint now) {
  if (!std::exchange(asking_, false)) return {};
  auto numbers = refresh_peers(all);
  Race race;
  for (const auto number : numbers)
    if (std::ranges::find(race.order, number) == race.order.end()) race.order.push_back(number);
  race_ = std::move(race);
  continue_race(now);
  return numbers;
}

/// A peer that is being dialled, or is in use, stays known although others were drawn this time.
std::vector<PeerNumber> Policy::refresh_peers(const std::vector<Candidate>& all) {
  std::vector<Peer> next;
  std::vector<PeerNumber> numbers;
  const auto in = [](auto& peers, const Endpoint& endpoint) {
    return std::ranges::find(peers, endpoint, &Peer::endpoint);
  };
  for (const auto& candidate : all) {
    if (const auto twice = in(next, candidate.endpoint); twice != next.end()) {
      numbers.push_back(twice->number);
      continue;
    }
    const auto known = in(peers_, candidate.endpoint);
    next.push_back(known != peers_.end() ? *known : Peer{PeerNumber{++last_peer_}, candidate.endpoint});
    next.back().standing = candidate.standing;
    numbers.push_back(next.back().number);
  }
  for (const auto& peer : peers_) {
    const bool needed = peer.state == PeerState::connecting || peer.number == used_;
    if (needed && in(next, peer.endpoint) == next.end()) next.push_back(peer);
  }
  peers_ = std::move(next);
  return numbers;
}

void Policy::dial_succeeded(PeerNumber number, TimePoint now) {
  auto* peer = find(number);
  if (stopped_ || !peer || peer->state != PeerState::connecting) return;
  const bool better = !connected() || (on_last_resort() && peer->standing != Standing::last_resort);
  if (!better || !is_wanted()) {
    peer->state = PeerState::idle;
    actions_.emplace_back(Drop{number});
    if (race_) continue_race(now);
    return;
  }
  if (connected()) actions_.emplace_back(Retire{});
  leave_used();
  peer->state = PeerState::connected;
  used_ = number;
  used_since_ = now;
  resting_ = false;
  problem_.reset();
  actions_.emplace_back(Use{number});
  answer_all(std::nullopt);
  end_round(now);
}

void Policy::dial_failed(PeerNumber number, base::Error error, TimePoint now) {
  auto* peer = find(number);
  if (stopped_ || !peer || peer->state != PeerState::connecting) return;
  peer->state = PeerState::failed;
  if (!connected()) problem_ = Problem{Problem::Kind::dial_failed, std::move(error), now};
  if (race_) continue_race(now);
}

void Policy::session_ended(Ending ending, base::Error reason, TimePoint now) {
  if (!connected()) return;
  const auto lived = now - used_since_;
  leave_used();
  race_.reset();
  wake_at_.reset();
  if (ending == Ending::idle && lived >= UplinkLimits::shortest_rest) {
    retry_.reset();
    resting_ = true;
  } else if (lived >= UplinkLimits::proven) {
    retry_.reset();
    begin_round();
  } else {
    problem_ = Problem{Problem::Kind::session_lost, std::move(reason), now};
    if (others_known_)
      begin_round();
    else
      pause(now);
  }
}

void Policy::has_no_exit(TimePoint now) {
  if (!connected()) return;
  find(*used_)->no_exit_until = now + UplinkLimits::without_exit;
  actions_.emplace_back(Close{});
  leave_used();
  // It was not at fault: the others are dialled at once.
  retry_.reset();
  begin_round();
}

RequestNumber Policy::request(TimePoint now) {
  const RequestNumber number{++last_request_};
  if (stopped_) return number;
  if (connected()) {
    actions_.emplace_back(Answer{number, std::nullopt});
  } else if (is_refused_at_once(now)) {
    actions_.emplace_back(Answer{number, problem_->error});
  } else if (requests_.size() >= UplinkLimits::requests) {
    actions_.emplace_back(Answer{number, Errc::too_many_requests});
  } else {
    requests_.push_back({number, now, now + UplinkLimits::request});
    hasten(now);
  }
  return number;
}

/// A session that was lost is no reason: the next attempt may well succeed. Nor is it that nobody has an
/// exit: that may change with what is asked of the directories just now.
bool Policy::is_refused_at_once(TimePoint now) const {
  return problem_ && problem_->kind == Problem::Kind::dial_failed && !round_runs() &&
         now - problem_->at < UplinkLimits::fresh_failure;
}

/// Somebody waits: the pause is cut short. But a relay that ends each session at once is not dialled without
/// one.
void Policy::hasten(TimePoint now) {
  if (!active() || round_runs()) return;
  resting_ = false;
  auto earliest = now;
  if (problem_ && problem_->kind == Problem::Kind::session_lost)
    earliest = std::max(now, problem_->at + UplinkLimits::fresh_failure);
  wake_at_ = std::min(wake_at_.value_or(earliest), earliest);
  if (*wake_at_ <= now) begin_round();
}

void Policy::reconsider() {
  others_known_ = true;
  if (!active() || resting_ || (connected() && !on_last_resort())) return;
  begin_round();
}

void Policy::only_on_request(bool only) {
  if (std::exchange(only_on_request_, only) == only || !active()) return;
  if (only && connected()) actions_.emplace_back(Retire{});
  if (only) leave_used();
  if (only || resting_) begin_round();
}

void Policy::dial_now() {
  if (active() && !round_runs() && wake_at_) begin_round();
}

void Policy::clock_jumped(TimePoint now) {
  clock_jumped_ = now;
  if (on_last_resort()) dial_now();
}

void Policy::network_changed(TimePoint now) {
  if (!active()) return;
  clock_jumped_ = now;
  problem_.reset();
  retry_.reset();
  if (resting_) return;
  if (connected()) actions_.emplace_back(Retire{});
  leave_used();
  begin_round();
}

std::optional<TimePoint> Policy::next_deadline() const {
  if (stopped_) return std::nullopt;
  std::optional<TimePoint> first;
  if (!asking_) first = race_ ? race_->next_at : wake_at_;
  if (!requests_.empty()) first = std::min(first.value_or(TimePoint::max()), requests_.front().deadline);
  return first;
}

void Policy::advance(TimePoint now) {
  if (stopped_) return;
  expire_requests(now);
  if (race_ && race_->next_at && *race_->next_at <= now) continue_race(now);
  if (!round_runs() && wake_at_ && *wake_at_ <= now) begin_round();
}

std::optional<Action> Policy::next_action() {
  if (actions_.empty()) return std::nullopt;
  auto action = std::move(actions_.front());
  actions_.pop_front();
  return action;
}

bool Policy::on_last_resort() const { return used_ && find(*used_)->standing == Standing::last_resort; }

const Policy::Peer* Policy::find(PeerNumber number) const {
  const auto found = std::ranges::find(peers_, number, &Peer::number);
  return found == peers_.end() ? nullptr : &*found;
}

Policy::Peer* Policy::find(PeerNumber number) {
  const auto found = std::ranges::find(peers_, number, &Peer::number);
  return found == peers_.end() ? nullptr : &*found;
}

std::size_t Policy::dials_under_way() const {
  return static_cast<std::size_t>(std::ranges::count(peers_, PeerState::connecting, &Peer::state));
}

bool Policy::is_worth_dialling(const Peer& peer, TimePoint now) const {
  const bool better = !connected() || peer.standing != Standing::last_resort;
  return better && peer.no_exit_until <= now && peer.number != used_;
}

void Policy::begin_round() {
  others_known_ = false;
  race_.reset();
  wake_at_.reset();
  resting_ = !is_wanted() && !connected();
  if (is_wanted() && !std::exchange(asking_, true)) actions_.emplace_back(AskCandidates{});
}

void Policy::continue_race(TimePoint now) {
  // By the new candidates the peer in use may be no last resort.
  if (connected() && !on_last_resort()) return end_round(now);
  auto& race = *race_;
  const auto* last = race.dialled > 0 ? find(race.order[race.tried - 1]) : nullptr;
  const bool answers_late = last && last->state == PeerState::connecting;
  if (answers_late && race.next_at && now < *race.next_at) return;
  race.next_at.reset();
  if (dial_next(now)) return;
  // All have been tried: those under way are waited for. Each has a deadline of its own.
  if (dials_under_way() == 0) end_round(now);
}

/// False when there is none left.
bool Policy::dial_next(TimePoint now) {
  auto& race = *race_;
  for (; race.tried < race.order.size(); ++race.tried) {
    auto& peer = *find(race.order[race.tried]);
    if (!is_worth_dialling(peer, now)) continue;
    // One that a round before has begun to dial is waited for as any other.
    if (peer.state != PeerState::connecting) {
      if (dials_under_way() >= UplinkLimits::dials) return true;
      peer.state = PeerState::connecting;
      actions_.emplace_back(Dial{peer.number});
    }
    ++race.tried;
    ++race.dialled;
    race.next_at = now + UplinkLimits::stagger;
    return true;
  }
  return false;
}

void Policy::end_round(TimePoint now) {
  const bool nobody_has_exit = race_ && race_->dialled == 0 && !race_->order.empty();
  race_.reset();
  wake_at_.reset();
  if (!connected()) {
    if (nobody_has_exit) problem_ = Problem{Problem::Kind::no_exit, Errc::no_exit, now};
    pause(now);
    refuse_since_failure();
  } else if (on_last_resort()) {
    wake_at_ = now + base::jittered(UplinkLimits::reconsider, UplinkLimits::jitter, random_);
  }
  if (!connected() || on_last_resort()) actions_.emplace_back(Unsatisfied{});
}

void Policy::leave_used() {
  if (used_) find(*used_)->state = PeerState::idle;
  used_.reset();
}

/// With jitter, so that a relay that comes back is not met by all of its clients in one moment.
void Policy::pause(TimePoint now) { wake_at_ = now + retry_.next(random_); }

}  // namespace qnet::uplink
