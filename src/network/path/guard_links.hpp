// The sessions with guards: one with each that is in use, shared by all circuits through it.
#pragma once

#include <functional>
#include <memory>
#include <unordered_map>

#include "foundation/net/deadline.hpp"
#include "foundation/net/signal.hpp"
#include "network/path/guards.hpp"
#include "overlay/session/dialer.hpp"
#include "transport/link/relay_address.hpp"

namespace qnet::path {

/// Lives on one io_context. Chooses no guard.
class GuardLinks : public std::enable_shared_from_this<GuardLinks> {
 public:
  using SessionPointer = std::shared_ptr<session::Session>;
  struct Hooks {
    std::function<net::Task<base::Result<session::Dialled>>(link::RelayAddress, unsigned attempt)> dial;
    std::function<void(const peer::PeerId&)> begun;   ///< a dial
    std::function<void(const peer::PeerId&)> stands;  ///< its session, which proves nothing yet
    /// The dial: well, when its session has brought data or has stood for PoolLimits::proven; not well, when
    /// the session takes no more circuits before that.
    std::function<void(const peer::PeerId&, bool well)> over;
  };

  GuardLinks(const boost::asio::any_io_executor& executor, Hooks hooks)
      : executor_(executor), hooks_(std::move(hooks)) {}

  /// The session that there is, or what one dial comes to within PoolLimits::guard_wait. All who want the
  /// same guard share the dial. Errors: the dial's, Errc::timed_out and Errc::stopped.
  /// What is named must outlive the wait.
  net::Task<base::Result<SessionPointer>> session(const peer::PeerId& guard, unsigned attempt,
                                                  const link::RelayAddress& address);
  /// Dials it although nobody waits.
  void dial(const peer::PeerId& guard, unsigned attempt, link::RelayAddress address);
  /// New circuits get new sessions; those that there are end with their last circuit.
  void renew();
  /// Ends all.
  void stop();

  /// Data came over this session: it is not one that somebody on the path ends at once. Nothing when it takes
  /// no more circuits, or is not the one in use.
  void proven(const peer::PeerId& guard, const session::Session* session);
  /// Something is sent through it: it is to be heard, or it counts as slow, and its session is closed after a
  /// while.
  /// `surely`: also when it was heard just before, as the answer decides who is blamed.
  void asked(const peer::PeerId& guard, bool surely, SteadyTime now);
  /// A dial, or what it was asked, has brought nothing for PoolLimits::slow_guard.
  [[nodiscard]] bool slow(const peer::PeerId& guard, SteadyTime now) const;
  /// Whether it was heard since the time given, and its session stands.
  [[nodiscard]] bool heard_since(const peer::PeerId& guard, SteadyTime time) const;
  [[nodiscard]] bool connected(const peer::PeerId& guard) const;
  /// Calls `function` once, at the next sign of life of this guard, in place of what was given before.
  void on_heard(const peer::PeerId& guard, std::function<void()> function);
  /// What its last handshake told of its clock.
  [[nodiscard]] std::optional<link::PeerTime> time_told_by(const peer::PeerId& guard) const;

 private:
  struct Entry {
    SessionPointer session;
    std::optional<link::PeerTime> peer_time{};
    std::optional<SteadyTime> dialled{};     // since when a dial is under way
    std::optional<SteadyTime> asked{};       // the first question since it was heard
    std::unique_ptr<net::Deadline> proof{};  // until the session is proven
    std::vector<std::shared_ptr<net::Signal>> waiters{};
    std::optional<base::Error> problem{};  // of the last dial
  };

  net::Task<void> attempt(peer::PeerId guard, unsigned attempt, link::RelayAddress address);
  void take(const peer::PeerId& guard, Entry& entry, SessionPointer session);
  void ended(const peer::PeerId& guard, const session::Session* session);
  void end_proof(const peer::PeerId& guard);
  bool has_failed_early(const peer::PeerId& guard);
  void wake_waiters(Entry& entry);
  [[nodiscard]] const Entry* find(const peer::PeerId& guard) const;

  boost::asio::any_io_executor executor_;
  Hooks hooks_;
  // By guard: at most GuardLimits::ever at a time.
  std::unordered_map<directory::PeerKey, Entry, directory::PeerKeyHash> entries_;
  std::uint64_t generation_ = 0;  // of renew(): a dial of before is of no use
  bool stopped_ = false;
};

}  // namespace qnet::path
