#include "node/own_list.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace qnet::node {

namespace asio = boost::asio;
using Listed = std::vector<directory::Listed>;

std::shared_ptr<OwnList> OwnList::start(asio::io_context& io,
                                        std::shared_ptr<const directory::Service> directory,
                                        std::shared_ptr<discovery::KnownRelays> known) {
  std::shared_ptr<OwnList> list(new OwnList(io, std::move(directory), std::move(known)));
  asio::co_spawn(io, [list] { return list->follow(); }, asio::detached);
  return list;
}

void OwnList::stop() {
  stopped_ = true;
  timer_.cancel();
}

net::Task<void> OwnList::follow() {
  const auto self = shared_from_this();
  std::uint64_t seen = 0;
  while (!stopped_) {
    const auto now = revision();
    if (std::exchange(seen, now) != now)
      if (auto relays = co_await copy()) known_->replace(std::move(relays));
    timer_.expires_after(Limits::look + known_->size() * Limits::for_each);
    (void)co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
}

/// Keeps the directory for no longer than this: it may end at any time.
std::uint64_t OwnList::revision() const {
  const auto directory = directory_.lock();
  return directory ? directory->roster().revision() : 0;
}

net::Task<discovery::KnownRelays::Relays> OwnList::copy() {
  const auto relays = std::make_shared<Listed>();
  for (;;) {
    const auto directory = stopped_ ? nullptr : directory_.lock();
    if (!directory) co_return nullptr;
    const auto last =
        relays->empty() ? std::nullopt : std::optional(relays->back().descriptor.descriptor().peer.key());
    const auto more = directory->roster().listed_after(last ? &*last : nullptr, Limits::step);
    for (const auto* const entry : more)
      relays->push_back({entry->descriptor, entry->country, false, entry->measured, entry->address});
    if (more.size() < Limits::step) co_return relays;
    co_await asio::post(timer_.get_executor(), asio::use_awaitable);
  }
}

}  // namespace qnet::node
