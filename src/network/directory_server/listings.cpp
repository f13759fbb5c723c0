#include "network/directory_server/listings.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "network/directory_server/api_json.hpp"
#include "network/directory_server/listed_in_steps.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

net::Task<std::string> write_listing(const Roster& roster, const std::string& country,
                                     asio::any_io_executor executor) {
  ListingJson json(roster.listed_count(country));
  auto add = [&json](const Entry& relay) { json.add(relay); };
  co_await visit_listed(roster, country, ListingLimits::step, std::move(executor), add);
  co_return json.take();
}

}  // namespace

bool Listings::Listing::is_older_than(std::chrono::seconds age) const {
  return !text || std::chrono::steady_clock::now() - finished >= age;
}

net::Task<std::shared_ptr<const std::string>> Listings::of(std::shared_ptr<const Roster> roster,
                                                           std::string country) {
  auto& known = listings_[country];
  if (!known) known = std::make_shared<Listing>(timer_.get_executor());
  const auto listing = known;
  if (listing->is_older_than(ListingLimits::fresh) && !std::exchange(listing->being_made, true))
    asio::co_spawn(
        timer_.get_executor(),
        [self = shared_from_this(), roster = std::move(roster), country = std::move(country), listing] {
          return self->make(roster, country, listing);
        },
        asio::detached);
  set_timer();
  // A question that waited takes what was written, however long that took.
  if (listing->is_older_than(ListingLimits::kept))
    while (listing->being_made) (void)co_await listing->made.async_wait(kAwait);
  // A writer that found no memory leaves things as they were.
  if (listing->is_older_than(ListingLimits::kept)) throw std::runtime_error("a listing could not be written");
  co_return listing->text;
}

net::Task<void> Listings::make(std::shared_ptr<const Roster> roster, std::string country,
                               std::shared_ptr<Listing> listing) {
  const auto done = [this, &listing](const void*) {
    listing->being_made = false;
    listing->made.cancel();
    --writing_;
    slot_.cancel_one();
  };
  while (writing_ >= ListingLimits::writers) (void)co_await slot_.async_wait(kAwait);
  ++writing_;
  const std::unique_ptr<const void, decltype(done)> whatever_happens(this, done);
  auto text = co_await write_listing(*roster, country, timer_.get_executor());
  let_go(*listing);
  listing->text = std::make_shared<const std::string>(std::move(text));
  listing->finished = std::chrono::steady_clock::now();
}

/// One that is being written is looked at again when it could be old.
SteadyTime Listings::Listing::kept_until(SteadyTime now) const {
  return (being_made ? now : finished) + ListingLimits::kept;
}

void Listings::set_timer() {
  if (timer_set_ || listings_.empty()) return;
  const auto now = std::chrono::steady_clock::now();
  auto next = SteadyTime::max();
  for (const auto& [country, listing] : listings_) next = std::min(next, listing->kept_until(now));
  timer_set_ = true;
  timer_.expires_at(next);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code&) {
    if (const auto self = weak.lock()) self->forget_old();
  });
}

void Listings::forget_old() {
  timer_set_ = false;
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(listings_, [&](const auto& one) {
    const bool old = one.second->kept_until(now) <= now;
    if (old) let_go(*one.second);
    return old;
  });
  set_timer();
}

void Listings::let_go(const Listing& listing) {
  if (memory_ && listing.text) memory_->add(listing.text->size());
}

}  // namespace qnet::directory
