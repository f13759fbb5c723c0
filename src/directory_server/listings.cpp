#include "directory_server/listings.hpp"

#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "directory_server/api_json.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

/// Who goes while this is being written is left out.
net::Task<std::shared_ptr<const std::string>> write_listing(const Roster& roster, std::string country,
                                                            asio::any_io_executor executor) {
  std::vector<PeerKey> keys;
  for (const auto* const entry : roster.listed(country))
    keys.push_back(entry->descriptor.descriptor().peer.key());
  ListingJson json;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i > 0 && i % ListingLimits::step == 0) co_await asio::post(executor, asio::use_awaitable);
    const auto* const entry = roster.find(keys[i]);
    if (entry != nullptr && entry->checked) json.add(*entry);
  }
  co_return std::make_shared<const std::string>(json.take());
}

}  // namespace

net::Task<std::shared_ptr<const std::string>> Listings::of(const Roster& roster, std::string country) {
  const auto found = listings_.find(country);
  if (found != listings_.end()) {
    const auto known = found->second;
    // Who waited for it takes it, however long it took.
    const bool waited = !known->text;
    while (!known->text) (void)co_await known->made.async_wait(asio::as_tuple(asio::use_awaitable));
    if (waited || std::chrono::steady_clock::now() - known->finished < ListingLimits::fresh)
      co_return known->text;
  }
  const auto fresh = std::make_shared<Listing>(sweep_.get_executor());
  listings_[country] = fresh;
  fresh->text = co_await write_listing(roster, std::move(country), sweep_.get_executor());
  fresh->finished = std::chrono::steady_clock::now();
  fresh->made.cancel();
  forget_later();
  co_return fresh->text;
}

/// One timer at a time: who asks all the time must not put it off.
void Listings::forget_later() {
  if (std::exchange(sweeping_, true)) return;
  sweep_.expires_after(ListingLimits::fresh);
  sweep_.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
    const auto self = weak.lock();
    if (!self) return;
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(self->listings_, [now](const auto& one) {
      return one.second->text && now - one.second->finished >= ListingLimits::fresh;
    });
    self->sweeping_ = false;
    if (!self->listings_.empty()) self->forget_later();
  });
}

}  // namespace qnet::directory
