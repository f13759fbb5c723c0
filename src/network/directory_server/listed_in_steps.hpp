// A long list, read between other work.
#pragma once

#include <optional>
#include <string_view>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/directory/roster.hpp"

namespace qnet::directory {

/// Gives each listed relay of a country (of all, when it is empty) to `visit`, `step` of them between two
/// turns of the io_context. A relay that comes or goes meanwhile may be among them or not. The references
/// must outlive the call.
template <class Visit>
net::Task<void> visit_listed(const Roster& roster, std::string_view country, std::size_t step,
                             boost::asio::any_io_executor executor, Visit& visit) {
  std::optional<PeerKey> last;
  while (true) {
    const auto relays = roster.listed_after(last ? &*last : nullptr, step, country);
    for (const auto* const relay : relays) visit(*relay);
    if (relays.size() < step) co_return;
    last = relays.back()->key();
    co_await boost::asio::post(executor, boost::asio::use_awaitable);
  }
}

}  // namespace qnet::directory
