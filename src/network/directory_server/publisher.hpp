// What a directory signs: the roster as a list. It is made anew when the roster has changed and somebody
// asks, and in steps, so that a long one keeps nobody else waiting.
#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/net/byte_stream.hpp"
#include "network/directory/snapshot.hpp"
#include "network/directory_server/spent_memory.hpp"

namespace qnet::directory {

struct PublishingLimits {
  /// Relays encoded, and bytes hashed and packed, between two turns of the io_context: a few tenths
  /// of a millisecond's work.
  static constexpr std::size_t relays = 100;
  static constexpr std::size_t bytes = 32 * 1024;
};

struct Publication {
  base::Bytes header;                       ///< signed
  std::shared_ptr<const base::Bytes> list;  ///< packed
  crypto::Digest digest{};                  ///< of the list
  std::uint64_t count = 0;
};

/// By either clock: after a sleep, or when the wall clock was set, a header may be about to expire, or come
/// from the future, although it is only minutes old by the other one.
[[nodiscard]] inline bool is_old(WallTime issued, WallTime wall, SteadyTime signed_at, SteadyTime now) {
  return wall < issued || wall - issued >= SnapshotLimits::renewal ||
         now - signed_at >= SnapshotLimits::renewal;
}

/// Lives on one io_context, that of `executor`. It and `roster` must outlive every call.
class Publisher {
 public:
  /// `memory` is told of what is not needed any more; null for nobody.
  Publisher(const boost::asio::any_io_executor& executor, peer::Identity identity, const Roster& roster,
            std::shared_ptr<SpentMemory> memory = nullptr);

  /// What is signed now. A call that finds it due makes it anew; calls meanwhile get the last one.
  net::Task<std::shared_ptr<const Publication>> current();

 private:
  [[nodiscard]] bool is_due() const;
  net::Task<void> renew_list();
  net::Task<base::Bytes> encode(Publication& fresh);
  net::Task<void> hash_and_pack(base::ByteView list, Publication& fresh);
  void publish(Publication fresh);

  peer::Identity identity_;
  const Roster& roster_;
  std::shared_ptr<SpentMemory> memory_;
  std::shared_ptr<const Publication> published_;  // null before the first
  std::uint64_t revision_ = 0;                    // of the roster, when that list was begun
  std::uint64_t version_ = 0;
  SteadyTime listed_at_{};
  SteadyTime signed_at_{};
  WallTime issued_{};  // of the header
  bool making_ = false;
  boost::asio::steady_timer made_;  // cancelled when there is a first one
};

}  // namespace qnet::directory
