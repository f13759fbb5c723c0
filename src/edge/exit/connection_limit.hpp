#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "edge/exit/error.hpp"
#include "edge/exit/holder.hpp"

namespace qnet::exit {

/// A holder gets a place as long as so many are free for each that it holds. With 1, one alone gets half of
/// all, and the next one half of what that leaves (with 3: a quarter). So those who came before can never
/// have the last ones, but by coming anew. A quarter would refuse 500 downloads at once at an exit with 1,000
/// places, which are a bound that we test.
inline constexpr std::size_t kFreeForEachHeld = 1;
/// All circuits over one relay hold so many for each that is free: three quarters of all when they are alone.
/// They are of many people, and one circuit leaves something to the others.
inline constexpr std::size_t kHeldThroughRelayForEachFree = 3;

/// How many connections there may be at once, over all threads of the process. Asked once for each
/// connection, so a mutex is cheap enough.
class ConnectionLimit {
  struct State {
    explicit State(std::size_t all) : most(all) {}
    const std::size_t most;
    std::mutex mutex;
    std::size_t open = 0;
    std::map<Holder, std::size_t> held;
  };

 public:
  /// One connection's place; given back when destroyed. May outlive the limit.
  class [[nodiscard]] Permit {
   public:
    Permit(Permit&&) noexcept = default;
    Permit& operator=(Permit&& other) noexcept {
      std::swap(state_, other.state_);
      std::swap(holder_, other.holder_);
      return *this;
    }
    ~Permit() {
      if (state_) give_back(*state_, holder_);
    }

   private:
    friend ConnectionLimit;
    Permit(std::shared_ptr<State> state, Holder holder) : state_(std::move(state)), holder_(holder) {}
    std::shared_ptr<State> state_;
    Holder holder_;
  };

  explicit ConnectionLimit(std::size_t most) : state_(std::make_shared<State>(most)) {}

  /// The error is `limit_reached`; its context says of which limit.
  [[nodiscard]] base::Result<Permit> acquire(Holder holder = {}) {
    const std::lock_guard lock(state_->mutex);
    if (state_->open >= state_->most)
      return base::fail(Errc::limit_reached, "all its connections are in use");
    const auto free = state_->most - state_->open;
    if (held(*state_, holder) * kFreeForEachHeld >= free)
      return base::fail(Errc::limit_reached, "one client has its share of the connections");
    const auto all = holder.all_through_the_relay();
    if (all && held(*state_, *all) >= kHeldThroughRelayForEachFree * free)
      return base::fail(Errc::limit_reached,
                        "the circuits over one relay have their share of the connections");
    if (holder.has_share()) ++state_->held[holder];
    if (all) ++state_->held[*all];
    ++state_->open;
    return Permit(state_, holder);
  }

  [[nodiscard]] std::size_t open() const {
    const std::lock_guard lock(state_->mutex);
    return state_->open;
  }

 private:
  static void give_back(State& state, const Holder& holder) {
    const std::lock_guard lock(state.mutex);
    --state.open;
    give_back_one(state, holder);
    if (const auto all = holder.all_through_the_relay()) give_back_one(state, *all);
  }
  static void give_back_one(State& state, const Holder& holder) {
    const auto found = state.held.find(holder);
    if (found != state.held.end() && --found->second == 0) state.held.erase(found);
  }
  [[nodiscard]] static std::size_t held(const State& state, const Holder& holder) {
    const auto found = state.held.find(holder);
    return found == state.held.end() ? 0 : found->second;
  }

  std::shared_ptr<State> state_;
};

}  // namespace qnet::exit
