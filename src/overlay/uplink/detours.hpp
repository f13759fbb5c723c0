// Sessions to other exits than the one in use, for requests that it cannot serve.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "foundation/net/signal.hpp"
#include "overlay/session/dialer.hpp"
#include "overlay/uplink/drain.hpp"
#include "overlay/uplink/policy.hpp"

namespace qnet::uplink {

/// Makes no session before a request needs one, and at most UplinkLimits::detours. A session stays for later
/// requests until its relay ends it as idle, or its place is needed. Lives on one io_context.
class Detours : public std::enable_shared_from_this<Detours> {
 public:
  /// Must end within a time of its own.
  using Dial = std::function<net::Task<base::Result<session::Dialled>>(link::RelayAddress)>;
  struct Open {
    link::RelayAddress address;
    std::shared_ptr<session::Session> session;
    std::chrono::microseconds round_trip{};
    bool for_any = false;  ///< it was made, or is used, for requests of no purpose of their own
  };
  /// What an exit must serve that few do, a port say; 0 for what nearly all do.
  using Purpose = std::uint16_t;

  Detours(const boost::asio::any_io_executor& executor, Dial dial)
      : executor_(executor), dial_(std::move(dial)), left_(executor) {}

  void stop();

  /// A session to one of these exits: one that is there already, else the first that answers. They are
  /// dialled in order, each once the one before has failed or has not answered within UplinkLimits::stagger.
  /// Fails when none of them can be reached within UplinkLimits::request. `exits` must outlive the task.
  ///
  /// Who chooses the purpose may choose the exit by it. So a session that was made for one is there already
  /// for this one alone; for another it serves when its exit's turn in `exits` has come.
  net::Task<base::Result<std::shared_ptr<session::Session>>> session(
      const std::vector<link::RelayAddress>& exits, Purpose purpose = 0);

  [[nodiscard]] std::vector<Open> open() const;

 private:
  struct Way {
    link::RelayAddress address;
    TimePoint begun;
    std::shared_ptr<session::Session> session{};  // null while it is dialled
    std::chrono::microseconds round_trip{};
    TimePoint since{};  // when the session was made
    std::vector<Purpose> purposes{};

    [[nodiscard]] bool is_for(Purpose purpose) const {
      return std::ranges::find(purposes, purpose) != purposes.end();
    }
  };
  struct Failure {
    Endpoint endpoint;
    TimePoint until;
  };

  [[nodiscard]] std::shared_ptr<Way> way_to(const std::vector<link::RelayAddress>& exits, Purpose purpose,
                                            bool open) const;
  bool dial_one_of(const std::vector<link::RelayAddress>& exits, Purpose purpose);
  [[nodiscard]] const link::RelayAddress* next_of(const std::vector<link::RelayAddress>& exits,
                                                  Purpose purpose) const;
  [[nodiscard]] bool make_room(const std::vector<link::RelayAddress>& exits, Purpose purpose);
  net::Task<void> attempt(std::shared_ptr<Way> way);
  net::Task<void> wait_for_change(TimePoint until);
  void note_failure(const link::RelayAddress& exit);
  void remove_ended();
  void notify();

  boost::asio::any_io_executor executor_;
  Dial dial_;
  std::vector<std::shared_ptr<Way>> ways_;
  std::deque<Failure> failed_;
  std::vector<std::weak_ptr<net::Signal>> waiting_;
  Drains left_;
  bool stopped_ = false;
};

}  // namespace qnet::uplink
