// A Link whose bytes travel in HTX records over any stream: the one of covers `mirror` and `site`.
#pragma once

#include <memory>
#include <vector>

#include "foundation/base/random.hpp"
#include "foundation/net/partial_input.hpp"
#include "protocol/noise/handshake_state.hpp"
#include "transport/htx/record.hpp"
#include "transport/link/link.hpp"

namespace qnet::htx {

/// What a finished handshake leaves.
struct RecordLinkConfig {
  noise::CipherState send;
  noise::CipherState receive;
  base::Bytes early{};    ///< plaintext that came with the handshake
  base::Bytes unread{};   ///< record bytes that came behind it
  EarlyRecords before{};  ///< the first of those that come, under another key
  /// Body sizes of empty records: to be sent first (the answer to the peer's first one), …
  std::vector<std::size_t> opening_records{};
  std::size_t alert_record = 19;            ///< … before an orderly or a failed end, …
  std::vector<std::size_t> idle_records{};  ///< … and before the end of a link that nobody used.
  /// What a record has on the wire, header included, that more data fills: no more than the largest (§6).
  /// Less where the stream makes pieces of its own of what it is given: a record should fill one of them.
  std::size_t whole_record = RecordLimits::header + RecordLimits::body;
  link::Facts facts{};
  /// Kept as long as the link: what counts it.
  std::shared_ptr<const void> counted{};
};

/// Of the keys that Noise's Split() left us in that role, and the peer that has shown to hold `peer_key`.
[[nodiscard]] RecordLinkConfig record_link_config(noise::TransportKeys keys, noise::Role role,
                                                  const crypto::X25519Public& peer_key);

struct RecordLinkLimits {
  /// Records that one call of send() makes: no more than the connection is likely to take at once, as what it
  /// does not take is sealed, and can change no more.
  static constexpr std::size_t batch = 8;
  /// A stream with less room than this is written to all the same: tiny records would only cost.
  static constexpr std::size_t smallest_room = 1024;
};

class RecordLink final : public link::Link {
 public:
  /// `random` must outlive the link.
  RecordLink(std::unique_ptr<net::ByteStream> stream, RecordLinkConfig config, base::RandomSource& random);

  [[nodiscard]] const link::Facts& facts() const override { return facts_; }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return stream_->executor(); }
  net::Task<base::Result<void>> wait_readable() override { return stream_->wait_readable(); }
  [[nodiscard]] base::Result<link::Progress> receive(link::User& user) override;
  net::Task<base::Result<void>> wait_writable() override { return stream_->wait_writable(); }
  [[nodiscard]] base::Result<link::Progress> send(link::User& user) override;
  [[nodiscard]] net::Outgoing outgoing() const override { return stream_->outgoing(); }
  void finish(link::Ending how) override;
  void close() override { stream_->close(); }

 private:
  /// What came with the handshake, until the first receive().
  struct Early {
    base::Bytes plaintext;
    base::Bytes records;
  };
  [[nodiscard]] base::Result<void> take_records(base::MutableBytes bytes, link::User& user);
  [[nodiscard]] base::Result<void> write(base::ByteView sealed);
  [[nodiscard]] base::Result<bool> write_unsent();
  /// Seals into `room`, up to what the stream takes; how many bytes.
  [[nodiscard]] base::Result<std::size_t> seal_batch(base::MutableBytes room, std::size_t taken,
                                                     link::User& user);

  std::unique_ptr<net::ByteStream> stream_;
  RecordWriter writer_;
  RecordReader reader_;
  std::unique_ptr<Early> early_;
  net::PartialInput input_;
  base::Bytes unsent_;  // sealed, and not taken by the stream
  std::vector<std::size_t> opening_records_;
  std::vector<std::size_t> idle_records_;
  std::size_t alert_record_;
  std::size_t whole_record_;
  link::Facts facts_;
  std::shared_ptr<const void> counted_;
  bool broken_ = false;  // the stream: nothing can be said on it any more
};

}  // namespace qnet::htx
