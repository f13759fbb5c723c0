#include "transport/link/visitor_places.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <limits>
#include <mutex>
#include <set>
#include <unordered_map>
#include <utility>

#include <boost/asio/post.hpp>

#include "transport/link/link_places.hpp"

namespace qnet::link {

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t steps() { return Clock::now().time_since_epoch() / VisitorPlaces::step; }

enum class Kind : std::uint8_t { unknown, recognised, link, leaving };

}  // namespace

struct VisitorPlaces::Entry : std::enable_shared_from_this<Entry> {
  Entry(std::shared_ptr<State> of, boost::asio::any_io_executor by, std::uint64_t whose)
      : state(std::move(of)), owner(std::move(by)), party(whose) {}

  const std::shared_ptr<State> state;
  const boost::asio::any_io_executor owner;
  const std::uint64_t party;
  std::atomic<std::int64_t> moved = steps();

  // With the lock. Where it stands in its order: when it had last moved, as far as that was looked at.
  std::int64_t looked_at = moved;
  std::uint64_t number = 0;
  Kind kind = Kind::unknown;

  // On the owner's thread.
  std::function<void(Leave)> function{};
  std::optional<Leave> asked{};
  bool gone = false;

  void leave(Leave how) {
    asked = how;
    if (!gone && function) function(how);
  }
};

struct VisitorPlaces::State {
  struct Quieter {
    bool operator()(const Entry* one, const Entry* other) const {
      return std::pair(one->looked_at, one->number) < std::pair(other->looked_at, other->number);
    }
  };
  using InOrder = std::set<Entry*, Quieter>;
  struct Group {
    InOrder all;
    std::unordered_map<std::uint64_t, InOrder> of_party;
  };

  explicit State(std::function<VisitorLimits()> by) : limits(std::move(by)) {}

  const std::function<VisitorLimits()> limits;
  std::mutex lock;  // of all that follows
  std::array<Group, 2> groups;
  std::size_t leaving = 0;
  std::uint64_t entered = 0;

  Group& group(Kind kind) { return groups.at(static_cast<std::size_t>(kind)); }
  static std::size_t for_leaving(std::size_t unknown) { return std::max<std::size_t>(unknown / 8, 1); }

  void enter(Entry& entry, Kind kind) {
    const auto most = limits();
    const bool known = kind == Kind::recognised;
    make_room(kind, known ? most.recognised : most.unknown - for_leaving(most.unknown), entry.party,
              for_leaving(most.unknown) / 2);
    entry.kind = kind;
    entry.looked_at = entry.moved.load(std::memory_order_relaxed);
    entry.number = ++entered;
    auto& to = group(kind);
    to.all.insert(&entry);
    if (entry.party != 0) to.of_party[entry.party].insert(&entry);
  }
  void remove(Entry& entry) {
    if (entry.kind == Kind::leaving) --leaving;
    if (entry.kind == Kind::leaving || entry.kind == Kind::link) return;
    auto& from = group(entry.kind);
    from.all.erase(&entry);
    if (entry.party == 0) return;
    const auto of = from.of_party.find(entry.party);
    of->second.erase(&entry);
    if (of->second.empty()) from.of_party.erase(of);
  }

 private:
  void make_room(Kind kind, std::size_t places, std::uint64_t party, std::size_t gentle) {
    auto& from = group(kind);
    const auto of = from.of_party.find(party);
    const bool share_is_used = of != from.of_party.end() && from.all.size() >= places / 2 &&
                               of->second.size() >= std::max<std::size_t>(places / 4, 1);
    if (!share_is_used && from.all.size() < places) return;
    auto* const entry = quietest(from, share_is_used ? of->second : from.all);
    if (entry == nullptr) return;
    const auto how = kind == Kind::unknown && leaving < gentle ? Leave::gently : Leave::at_once;
    remove(*entry);
    entry->kind = Kind::leaving;
    ++leaving;
    boost::asio::post(entry->owner, [kept = entry->shared_from_this(), how] { kept->leave(how); });
  }
  /// The order is mended while it is looked through: who has moved since the last look goes to its new place,
  /// behind those that came within the same step.
  Entry* quietest(Group& group, InOrder& order) {
    for (auto looks = order.size(); looks > 0; --looks) {
      auto* const first = *order.begin();
      const auto moved = first->moved.load(std::memory_order_relaxed);
      if (moved <= first->looked_at) return first;
      const auto of = group.of_party.find(first->party);
      group.all.erase(first);
      if (of != group.of_party.end()) of->second.erase(first);
      first->looked_at = moved;
      first->number = ++entered;
      group.all.insert(first);
      if (of != group.of_party.end()) of->second.insert(first);
    }
    return order.empty() ? nullptr : *order.begin();
  }
};

VisitorLimits VisitorLimits::of(std::size_t open_files) {
  constexpr std::size_t unknown = 6144;
  constexpr std::size_t recognised = 2048;
  return {std::min(unknown, open_files / 4), std::min(recognised, open_files / 16)};
}

VisitorPlaces::VisitorPlaces(std::function<VisitorLimits()> limits)
    : state_(std::make_shared<State>(std::move(limits))) {}

VisitorPlaces& VisitorPlaces::of_process() {
  static VisitorPlaces places([] {
    rlimit limit{};
    const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
    return VisitorLimits::of(known ? limit.rlim_cur : std::numeric_limits<std::size_t>::max());
  });
  return places;
}

bool VisitorPlaces::has_room() const {
  const std::lock_guard guard(state_->lock);
  return state_->leaving < State::for_leaving(state_->limits().unknown);
}

std::shared_ptr<VisitorPlaces::Place> VisitorPlaces::take(
    boost::asio::any_io_executor owner, const std::optional<boost::asio::ip::address>& remote) {
  auto entry = std::make_shared<Entry>(state_, std::move(owner), party_of(remote));
  const std::lock_guard guard(state_->lock);
  state_->enter(*entry, Kind::unknown);
  return std::make_shared<Place>(std::move(entry));
}

VisitorPlaces::Place::~Place() {
  entry_->gone = true;
  entry_->function = nullptr;
  const std::lock_guard guard(entry_->state->lock);
  entry_->state->remove(*entry_);
}

void VisitorPlaces::Place::moved() { entry_->moved.store(steps(), std::memory_order_relaxed); }

void VisitorPlaces::Place::on_leave(std::function<void(Leave)> function) {
  entry_->function = std::move(function);
  if (entry_->asked && entry_->function) entry_->function(*entry_->asked);
}

void VisitorPlaces::Place::recognised() {
  const std::lock_guard guard(entry_->state->lock);
  if (entry_->kind != Kind::unknown) return;
  entry_->state->remove(*entry_);
  entry_->state->enter(*entry_, Kind::recognised);
}

std::shared_ptr<const void> VisitorPlaces::Place::become_link() {
  struct Absence {
    explicit Absence(std::shared_ptr<Entry> whose) : entry(std::move(whose)) {
      const std::lock_guard guard(entry->state->lock);
      if (entry->kind == Kind::leaving) return;
      entry->state->remove(*entry);
      entry->kind = Kind::link;
    }
    Absence(const Absence&) = delete;
    Absence& operator=(const Absence&) = delete;
    ~Absence() {
      const std::lock_guard guard(entry->state->lock);
      if (entry->kind == Kind::link && !entry->gone) entry->state->enter(*entry, Kind::unknown);
    }
    std::shared_ptr<Entry> entry;
  };
  return std::make_shared<const Absence>(entry_);
}

}  // namespace qnet::link
