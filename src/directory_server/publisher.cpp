#include "directory_server/publisher.hpp"

#include <algorithm>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "directory/packing.hpp"

namespace qnet::directory {

namespace asio = boost::asio;

namespace {

using WallClock = std::chrono::system_clock;

/// In a list, around a descriptor (docs/spec/directory.md §3).
constexpr std::size_t kAround = 16;

SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

std::uint64_t milliseconds_now() {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(WallClock::now().time_since_epoch()).count());
}

}  // namespace

Publisher::Publisher(const asio::any_io_executor& executor, mesh::Identity identity, const Roster& roster)
    : identity_(std::move(identity)),
      roster_(roster),
      made_(executor, asio::steady_timer::time_point::max()) {}

bool Publisher::is_due() const {
  if (!published_) return true;
  return revision_ != roster_.revision() && steady_now() - listed_at_ >= SnapshotLimits::publish_interval;
}

net::Task<std::shared_ptr<const Publication>> Publisher::current() {
  while (!published_ && making_) (void)co_await made_.async_wait(asio::as_tuple(asio::use_awaitable));
  if (!making_ && is_due()) co_await renew_list();
  if (is_old(issued_, std::chrono::floor<std::chrono::seconds>(WallClock::now()), signed_at_, steady_now()))
    publish(*published_);
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
  if (!published_ || fresh.digest != published_->digest) publish(std::move(fresh));
  revision_ = revision;
}

/// Who goes or comes meanwhile is in it or not; the revision says that it is old then.
net::Task<base::Bytes> Publisher::encode(Publication& fresh) {
  base::Bytes list;
  list.reserve(roster_.listed_bytes());
  std::optional<PeerKey> last;
  while (true) {
    const auto relays = roster_.listed_after(last ? &*last : nullptr, PublishingLimits::relays);
    for (const auto* const relay : relays) {
      // The roster is never larger; what it was in parts, one after the other, might be.
      if (list.size() + relay->descriptor.wire().size() + kAround > SnapshotLimits::list) co_return list;
      append_listed(list, *relay);
      ++fresh.count;
    }
    if (relays.size() < PublishingLimits::relays) co_return list;
    last = relays.back()->key();
    co_await asio::post(made_.get_executor(), asio::use_awaitable);
  }
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
  const auto now = std::chrono::floor<std::chrono::seconds>(WallClock::now());
  version_ = std::max(version_ + 1, milliseconds_now());
  const SnapshotHeader header{identity_.peer_id(),        version_,     now,
                              now + SnapshotLimits::life, fresh.digest, fresh.count};
  fresh.header = header.sign(identity_);
  published_ = std::make_shared<const Publication>(std::move(fresh));
  signed_at_ = steady_now();
  issued_ = now;
}

}  // namespace qnet::directory
