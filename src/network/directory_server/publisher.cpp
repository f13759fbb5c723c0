#include "network/directory_server/publisher.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "network/directory/clock.hpp"
#include "network/directory/packing.hpp"
#include "network/directory_server/listed_in_steps.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

}  // namespace

Publisher::Publisher(const asio::any_io_executor& executor, peer::Identity identity, const Roster& roster,
                     std::shared_ptr<SpentMemory> memory)
    : identity_(std::move(identity)),
      roster_(roster),
      memory_(std::move(memory)),
      made_(executor, asio::steady_timer::time_point::max()) {}

bool Publisher::is_due() const {
  if (!published_) return true;
  return revision_ != roster_.revision() && steady_now() - listed_at_ >= SnapshotLimits::publish_interval;
}

net::Task<std::shared_ptr<const Publication>> Publisher::current() {
  while (!published_ && making_) (void)co_await made_.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!making_ && is_due()) co_await renew_list();
  if (is_old(issued_, wall_now(), signed_at_, steady_now())) publish(*published_);
  co_return published_;
}

net::Task<void> Publisher::renew_list() {
  making_ = true;
  const auto done = [this](const void*) {
    making_ = false;
    made_.cancel();
  };
  const std::unique_ptr<const void, decltype(done)> whatever_happens(this, done);
  const auto revision = roster_.revision();
  listed_at_ = steady_now();
  Publication fresh;
  const auto list = co_await encode(fresh);
  co_await hash_and_pack(list, fresh);
  if (memory_) memory_->add(list.size() + fresh.list->size());
  if (!published_ || fresh.digest != published_->digest) publish(std::move(fresh));
  revision_ = revision;
}

/// A relay that comes or goes meanwhile may be in it or not; the revision then says that it is old.
net::Task<base::Bytes> Publisher::encode(Publication& fresh) {
  base::Bytes list;
  list.reserve(roster_.listed_bytes());
  auto add = [&](const Entry& relay) {
    // The roster's list is never larger; one that changed between two steps might be.
    if (list.size() + listed_size(relay) > SnapshotLimits::list) return;
    append_listed(list, relay);
    ++fresh.count;
  };
  co_await visit_listed(roster_, {}, PublishingLimits::relays, made_.get_executor(), add);
  co_return list;
}

net::Task<void> Publisher::hash_and_pack(base::ByteView list, Publication& fresh) {
  crypto::Sha256Stream hash;
  Packer packer(list.size());
  while (!list.empty()) {
    const auto piece = list.first(std::min(list.size(), PublishingLimits::bytes));
    hash.add(piece);
    packer.add(piece);
    list = list.subspan(piece.size());
    if (!list.empty()) co_await asio::post(made_.get_executor(), asio::use_awaitable);
  }
  fresh.digest = hash.finish();
  fresh.list = std::make_shared<const base::Bytes>(packer.finish());
}

/// Under a header of now.
void Publisher::publish(Publication fresh) {
  const auto now = wall_now();
  version_ = std::max(version_ + 1, milliseconds_now());
  const SnapshotHeader header{identity_.peer_id(),        version_,     now,
                              now + SnapshotLimits::life, fresh.digest, fresh.count};
  fresh.header = header.sign(identity_);
  published_ = std::make_shared<const Publication>(std::move(fresh));
  signed_at_ = steady_now();
  issued_ = now;
}

}  // namespace qnet::directory
