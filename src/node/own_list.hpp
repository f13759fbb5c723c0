// What the directory in this process lists, for the circuits of the relay in the same process: it asks nobody
// else for a list.
#pragma once

#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "network/directory_server/service.hpp"
#include "network/discovery/known_relays.hpp"

namespace qnet::node {

/// Lives on the directory's io_context. Copies in small steps, as lists may be long.
class OwnList : public std::enable_shared_from_this<OwnList> {
 public:
  struct Limits {
    /// Between two looks whether the list has changed, …
    static constexpr std::chrono::milliseconds look{1'000};
    /// … and for each relay in it: a long list changes all the time.
    static constexpr std::chrono::milliseconds for_each{1};
    /// Relays that are copied between two turns of the io_context.
    static constexpr std::size_t step = 100;
  };

  [[nodiscard]] static std::shared_ptr<OwnList> start(boost::asio::io_context& io,
                                                      std::shared_ptr<const directory::Service> directory,
                                                      std::shared_ptr<discovery::KnownRelays> known);
  void stop();

 private:
  OwnList(boost::asio::io_context& io, std::shared_ptr<const directory::Service> directory,
          std::shared_ptr<discovery::KnownRelays> known)
      : directory_(std::move(directory)), known_(std::move(known)), timer_(io) {}
  net::Task<void> follow();
  [[nodiscard]] std::uint64_t revision() const;
  net::Task<discovery::KnownRelays::Relays> copy();

  std::weak_ptr<const directory::Service> directory_;
  std::shared_ptr<discovery::KnownRelays> known_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
};

}  // namespace qnet::node
