// How many connections a process has that are no links (yet), and who makes room when all places are taken.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

namespace qnet::link {

/// Of one process, whose listeners and cores share its descriptors.
struct VisitorLimits {
  /// Strangers, and those who have not said yet who they are. An eighth of them is for those that are
  /// leaving.
  std::size_t unknown = 0;
  /// Peers, from a hello that is theirs until their handshake is done.
  std::size_t recognised = 0;

  /// By the system's limit: a stranger takes two descriptors, so that half of all are left for links, their
  /// streams and handshakes. The most that is given whatever the limit is: 6,144 and 2,048.
  [[nodiscard]] static VisitorLimits of(std::size_t open_files);
};

/// Each visitor that comes gets a place. When all are taken, the visitor that has been quiet longest makes
/// room: a web server that is short of connections does the same with those that wait (nginx:
/// ngx_drain_connections()). One address is bounded when places become few: once half are taken, it has a
/// quarter of all, and its own quietest makes room. Safe to use from several threads. Locked when a visitor
/// comes, is recognised or goes, not when its bytes move.
class VisitorPlaces {
  struct State;
  struct Entry;

 public:
  /// gently: as if the visitor had ended. at_once: too many leave already, or it is in the way of no answer.
  enum class Leave : std::uint8_t { gently, at_once };
  /// Quiet is measured in these steps, so that busy visitors are looked at ten times in a second at most.
  static constexpr std::chrono::milliseconds step{100};

  /// One visitor's. All calls and the destruction belong to the thread of its executor.
  class Place {
   public:
    explicit Place(std::shared_ptr<Entry> entry) : entry_(std::move(entry)) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place();

    /// Bytes have moved, in either direction.
    void moved();
    /// `function` is called when the visitor must make room; before this returns, when it must already. One
    /// at a time; an empty one takes the last one back. It must not destroy the place.
    void on_leave(std::function<void(Leave)> function);
    /// It is a peer's, whose handshake is not done.
    void recognised();
    /// As long as the result lives the connection counts as a link, and never makes room.
    [[nodiscard]] std::shared_ptr<const void> become_link();

   private:
    std::shared_ptr<Entry> entry_;
  };

  /// For a scope. One at a time for each place.
  class LeaveWatch {
   public:
    LeaveWatch(Place& place, std::function<void(Leave)> function) : place_(place) {
      place_.on_leave(std::move(function));
    }
    LeaveWatch(const LeaveWatch&) = delete;
    LeaveWatch& operator=(const LeaveWatch&) = delete;
    ~LeaveWatch() { place_.on_leave(nullptr); }

   private:
    Place& place_;
  };

  explicit VisitorPlaces(std::function<VisitorLimits()> limits);
  /// Follows the system's limit of open files, which an operator may change while the process runs.
  [[nodiscard]] static VisitorPlaces& of_process();

  /// False while so many leave that nobody should be accepted.
  [[nodiscard]] bool has_room() const;
  /// `owner`: of the core that serves the visitor. `remote`: nothing where it is not known, which counts for
  /// no party.
  [[nodiscard]] std::shared_ptr<Place> take(boost::asio::any_io_executor owner,
                                            const std::optional<boost::asio::ip::address>& remote);

 private:
  std::shared_ptr<State> state_;
};

}  // namespace qnet::link
