#include "network/path/guards.hpp"

#include <algorithm>

#include "foundation/base/retry.hpp"
#include "network/path/weights.hpp"

namespace qnet::path {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// Uniform, both ends included.
seconds drawn_up_to(seconds longest, base::RandomSource& random) {
  return seconds(random.below(static_cast<std::uint32_t>(longest.count()) + 1));
}

milliseconds retry_pause(std::span<const RetryStep> steps, milliseconds failing_for) {
  for (const auto& step : steps)
    if (failing_for < step.failing_for) return step.pause;
  return steps.back().pause;
}

/// Not later than `now`: a date from when the clock was wrong must not hold for longer than any.
void end_by(std::optional<WallTime>& date, WallTime now) {
  if (date) date = std::min(*date, now);
}

}  // namespace

Guards::Guards(GuardSample sample, base::RandomSource& random)
    : random_(random), spent_(std::move(sample.spent)), grown_(sample.grown) {
  for (const auto& record : sample.guards) guards_.push_back({record});
}

// The sample: which guards are in it.

void Guards::update(const RelayTable& relays, Now now, bool clock_fits) {
  const auto usable = relays.count(Position::inner);
  if (usable == 0) {  // such a list says nothing about any guard
    grow_at_.reset();
    return;
  }
  const auto part = usable / GuardLimits::relays_for_each;
  primary_ = std::clamp(part, std::size_t{1}, GuardLimits::primary);
  largest_ = std::clamp(part, GuardLimits::primary, GuardLimits::ever);
  note_listed(relays, clock_fits ? std::optional(now.wall) : std::nullopt);
  if (!clock_fits) {
    grow_at_.reset();
    return;
  }
  remove_by_rule(now);
  while (guards_.size() < primary_ && has_place() && draw_one(relays, now)) {
  }
  grow(relays, now);
}

/// Without a time, nothing is dated.
void Guards::note_listed(const RelayTable& relays, std::optional<WallTime> now) {
  for (auto& guard : guards_) {
    const auto place = relays.find(guard.record.peer);
    guard.listed = place && relays.weights(Position::inner)[*place] > 0;
    if (!now) continue;
    if (guard.listed)
      guard.record.unlisted.reset();
    else if (!guard.record.unlisted)
      guard.record.unlisted = now;
  }
}

/// By the clock that nobody sets, since this run knows the guard. It stands still while a machine sleeps, so
/// it is late and never early.
seconds Guards::life_left(const Guard& guard, Now now) {
  if (!guard.seen) return {};
  const auto lived = std::chrono::floor<seconds>(now.steady - guard.seen->steady);
  return guard.record.until - guard.seen->wall - lived;
}

void Guards::remove_by_rule(Now time) {
  const auto now = time.wall;
  const auto latest = now + GuardLimits::longest_life;
  for (auto& guard : guards_) {
    if (!guard.seen) guard.seen = time;
    auto& record = guard.record;
    record.added = std::min(record.added, now);
    record.until = std::min(record.until, latest);
    end_by(record.unlisted, now);
    end_by(record.confirmed, now);
  }
  for (auto& end : spent_) end = std::min(end, latest);
  end_by(grown_, now);

  std::erase_if(spent_, [&](WallTime end) { return end <= now; });
  std::erase_if(guards_, [&](const Guard& guard) {
    const auto& record = guard.record;
    if (record.until <= now) {
      const auto left = life_left(guard, time);
      if (left > GuardLimits::early_end) spent_.push_back(now + left);
      return true;
    }
    const bool gone = record.unlisted && *record.unlisted + GuardLimits::unlisted <= now;
    if (gone) spent_.push_back(record.until);  // its place stays taken until its life would have ended
    return gone;
  });
}

bool Guards::has_place() const { return guards_.size() + spent_.size() < GuardLimits::ever; }

/// No two of a sample are near each other: one party, or one hosting network, is not all of a client's way
/// in.
bool Guards::draw_one(const RelayTable& relays, Now now) {
  auto weights = relays.guard_weights();
  for (const auto& guard : guards_) {
    const auto place = relays.find(guard.record.peer);
    if (!place) continue;
    for (std::size_t i = 0; i < weights.size(); ++i)
      if (weights[i] > 0 && !relays.may_share_circuit(*place, i)) weights[i] = 0;
  }
  auto drawn = draw(weights, random_);
  while (drawn && !relays.leaves_an_exit(*drawn)) {
    weights[*drawn] = 0;
    drawn = draw(weights, random_);
  }
  if (!drawn) return false;
  GuardRecord record{relays[*drawn].peer};
  record.added = now.wall - drawn_up_to(GuardLimits::earlier, random_);
  record.until = now.wall + GuardLimits::shortest_life +
                 drawn_up_to(GuardLimits::longest_life - GuardLimits::shortest_life, random_);
  Guard guard{record};
  guard.listed = true;
  guard.seen = now;
  guards_.push_back(guard);
  return true;
}

/// One more, when each there is has failed in every way, while something else answers. The pauses bound what
/// a censor gains that blocks all guards for some hours.
void Guards::grow(const RelayTable& relays, Now now) {
  grow_at_.reset();
  if (!network_lives(now) || !std::ranges::all_of(guards_, is_down) || guards_.size() >= largest_ ||
      !has_place())
    return;
  // By both clocks: the one is kept over a restart, and nobody sets the other one.
  auto from = now.steady;
  if (grown_) from = std::max(from, now.steady + (*grown_ + growth_pause() - now.wall));
  if (grown_here_) from = std::max(from, *grown_here_ + growth_pause());
  if (from > now.steady) {
    grow_at_ = from;
    return;
  }
  if (!draw_one(relays, now)) return;
  grown_ = now.wall;
  grown_here_ = now.steady;
}

seconds Guards::growth_pause() const {
  const auto beyond = guards_.size() + spent_.size();
  seconds pause = GuardLimits::first_growth_pause;
  for (auto i = primary_ + 1; i < beyond && pause < GuardLimits::longest_growth_pause; ++i) pause *= 2;
  return std::min<seconds>(pause, GuardLimits::longest_growth_pause);
}

// What is known of each now.

Guards::Guard* Guards::find(const peer::PeerId& peer) {
  const auto found =
      std::ranges::find_if(guards_, [&](const Guard& guard) { return guard.record.peer == peer; });
  return found == guards_.end() ? nullptr : &*found;
}

bool Guards::is_down(const Guard& guard) { return !guard.listed || guard.proven >= GuardLimits::variations; }

bool Guards::is_primary(const Guard& guard) const {
  return static_cast<std::size_t>(&guard - guards_.data()) < primary_;
}

void Guards::begun(const peer::PeerId& peer) {
  if (auto* const guard = find(peer)) guard->dialled = true;
}

void Guards::failed(const peer::PeerId& peer, Now now) {
  auto* const guard = find(peer);
  if (guard == nullptr || !std::exchange(guard->dialled, false)) return;
  guard->reachable = false;
  if (guard->failures++ == 0) guard->failing_since = now.steady;
  guard->last_failure = now.steady;
  guard->unproven = true;
  guard->next_try = now.steady + pause_after_failure(*guard, now);
}

milliseconds Guards::pause_after_failure(const Guard& guard, Now now) const {
  milliseconds pause = GuardLimits::first_pause;
  for (unsigned i = 1; i < guard.failures && i < GuardLimits::variations; ++i) pause *= 2;
  if (guard.failures >= GuardLimits::variations) {
    const auto failing_for = std::chrono::floor<milliseconds>(now.steady - guard.failing_since);
    pause = is_primary(guard) ? retry_pause(kPrimaryRetries, failing_for)
                              : retry_pause(kOtherRetries, failing_for);
  }
  return base::jittered(pause, pause / 4, random_);
}

bool Guards::answered(const peer::PeerId& peer, Now now) {
  network_answered(now);
  auto* const guard = find(peer);
  if (guard == nullptr) return false;
  const bool returned = guard->failures > 0;
  guard->dialled = false;
  guard->reachable = true;
  guard->failures = guard->proven = 0;
  guard->unproven = false;
  if (!guard->record.confirmed) guard->record.confirmed = now.wall;
  return returned;
}

bool Guards::network_lives(Now now) const {
  return evidence_ && now.steady - *evidence_ <= GuardLimits::evidence;
}

/// An answer before a failure proves nothing: the network may have gone down in between.
void Guards::network_answered(Now now) {
  for (auto& guard : guards_) {
    if (guard.failures == 0) continue;
    const bool just_now = now.steady - guard.last_failure <= GuardLimits::proof;
    if (std::exchange(guard.unproven, false) && just_now) ++guard.proven;
    // What failed long before says nothing about the guard: it is tried again at once.
    if (!just_now && !network_lives(now)) guard.next_try = std::min(guard.next_try, now.steady);
  }
  evidence_ = now.steady;
}

void Guards::network_changed() {
  evidence_.reset();
  for (auto& guard : guards_) {
    guard.failures = guard.proven = 0;
    guard.dialled = false;  // nobody waits for what is under way
  }
}

Bias Guards::circuit_ended(const peer::PeerId& peer, bool reached_exit) {
  auto* const guard = find(peer);
  if (guard == nullptr) return Bias::none;
  guard->record.builds.note(reached_exit);
  return guard->record.builds.bias();
}

Bias Guards::circuit_cut(const peer::PeerId& peer) {
  auto* const guard = find(peer);
  if (guard == nullptr) return Bias::none;
  guard->record.builds.cut();
  return guard->record.builds.bias();
}

// What is kept and told.

GuardSample Guards::sample() const {
  GuardSample sample{{}, spent_, grown_};
  for (const auto& guard : guards_) sample.guards.push_back(guard.record);
  return sample;
}

std::vector<GuardStatus> Guards::status() const {
  std::vector<GuardStatus> all;
  for (const auto& guard : guards_)
    all.push_back({guard.record, is_primary(guard), guard.reachable, is_down(guard)});
  return all;
}

}  // namespace qnet::path
