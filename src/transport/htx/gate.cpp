#include "transport/htx/gate.hpp"

#include <algorithm>
#include <array>

#include "foundation/crypto/constant_time.hpp"
#include "protocol/client_hello/clear_records.hpp"
#include "protocol/client_hello/hello_records.hpp"
#include "protocol/client_hello/tls_format.hpp"

namespace qnet::htx {

namespace {

constexpr std::size_t kMlKemKey = std::tuple_size_v<crypto::MlKemPublic>;
constexpr std::size_t kX25519Key = std::tuple_size_v<crypto::X25519Public>;
constexpr std::size_t kSessionId = 32;

struct Shares {
  crypto::X25519Public ephemeral{};
  std::optional<crypto::MlKemPublic> ml_kem;
};

/// The X25519 half of X25519MLKEM768 where it is offered, else the plain share.
std::optional<Shares> find_shares(const client_hello::ClientHello& hello) {
  Shares shares;
  if (const auto hybrid = hello.key_share(client_hello::kX25519MlKem768);
      hybrid && hybrid->size() == kMlKemKey + kX25519Key) {
    std::ranges::copy(hybrid->first(kMlKemKey), shares.ml_kem.emplace().begin());
    std::ranges::copy(hybrid->subspan(kMlKemKey), shares.ephemeral.begin());
    return shares;
  }
  if (const auto plain = hello.key_share(client_hello::kX25519); plain && plain->size() == kX25519Key) {
    std::ranges::copy(*plain, shares.ephemeral.begin());
    return shares;
  }
  return std::nullopt;
}

/// Whether a web server drops all of `bytes` behind a hello: ChangeCipherSpecs (RFC 8446 §5) and, where it
/// takes them, user_canceled, whatever its level (§6.1). The last may be there in part. Somebody on the path
/// may have put them in.
bool is_dropped(base::ByteView bytes, bool cancellations) {
  using client_hello::kAlert, client_hello::kChangeCipherSpec;
  constexpr std::array<std::uint8_t, 6> change{kChangeCipherSpec, 3, 3, 0, 1, 1};
  constexpr std::array<std::uint8_t, 5> alert{kAlert, 3, 3, 0, 2};
  const auto begins_as = [&](base::ByteView record) {
    const auto there = std::min(record.size(), bytes.size());
    return std::ranges::equal(bytes.first(there), record.first(there));
  };
  for (std::size_t size = 0; !bytes.empty(); bytes = bytes.subspan(std::min(size, bytes.size()))) {
    if (begins_as(change)) {
      size = change.size();
    } else if (cancellations && begins_as(alert) &&
               (bytes.size() <= alert.size() + 1 || bytes[alert.size() + 1] == client_hello::kUserCanceled)) {
      size = alert.size() + 2;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

Gate::Gate(Config config, ReplayCache& seen)
    : relay_static_(std::move(config.relay_static)),
      access_tag_(config.access_tag),
      seen_(&seen),
      profiles_(std::make_shared<const MirrorProfiles>(std::move(config.profiles))) {}

void Gate::set_profiles(MirrorProfiles profiles) {
  auto made = std::make_shared<const MirrorProfiles>(std::move(profiles));
  const std::scoped_lock lock(mutex_);
  profiles_.swap(made);
}

std::shared_ptr<const MirrorProfiles> Gate::profiles() const {
  const std::scoped_lock lock(mutex_);
  return profiles_;
}

Gate::Decision Gate::examine(base::ByteView received, WallTime now) const {
  client_hello::HelloRecords records;
  return examine(received, now, records);
}

Gate::Decision Gate::examine(base::ByteView received, WallTime now,
                             client_hello::HelloRecords& records) const {
  const auto current = profiles();
  const bool empty_records = current->empty() || current->all().front()->tolerance.empty_records_first;
  const auto joined = records.join(received, empty_records ? client_hello::kEmptyRecords : 0);
  switch (joined.status) {
    case client_hello::JoinedHello::Status::unbroken: return examine_record(received, {}, now);
    case client_hello::JoinedHello::Status::need_more: return NeedMore{};
    case client_hello::JoinedHello::Status::not_hello: return Visit::not_a_hello;
    case client_hello::JoinedHello::Status::joined: break;
  }
  return examine_record(joined.record, received.subspan(joined.consumed), now);
}

Gate::Decision Gate::examine_record(base::ByteView received, base::ByteView behind, WallTime now) const {
  const auto parsed = client_hello::parse_client_hello(received);
  if (parsed.status == client_hello::ClientHelloStatus::need_more) return NeedMore{};
  if (parsed.status == client_hello::ClientHelloStatus::not_client_hello) return Visit::not_a_hello;
  const client_hello::ClientHello& hello = parsed.hello;
  if (parsed.consumed != received.size()) behind = received.subspan(parsed.consumed);
  // A browser waits for the answer: other bytes behind the hello are nobody's that we know.
  if (!is_dropped(behind, true) || hello.session_id.size() != kSessionId) return Visit::not_a_hello;
  const auto shares = find_shares(hello);
  if (!shares || !hello.offers_tls13()) return Visit::unrecognised;

  Transcript transcript(received.first(parsed.consumed), hello.session_id_offset, relay_static_.public_key,
                        shares->ephemeral);
  if (!transcript.mix_dh(relay_static_.secret, shares->ephemeral)) return Visit::unrecognised;
  const auto opened = transcript.open_payload(hello.session_id);
  if (!opened) return Visit::unrecognised;
  const auto message = Message1::decode(*opened);
  if (!message || !crypto::equal(message->access_tag, access_tag_)) return Visit::unrecognised;
  if (message->time > now + TimeLimits::window || message->time < now - TimeLimits::window)
    return Visit::clock;
  auto profile = profiles()->find(hello);
  if (!profile) return Visit::unrecognised;
  if (!is_dropped(behind, profile->tolerance.cancellations > 0)) return Visit::not_a_hello;
  if (profile->group == client_hello::kX25519MlKem768 && !shares->ml_kem) return Visit::unrecognised;
  if (!seen_->admit(shares->ephemeral, now)) return Visit::replayed;

  return Responder({std::move(transcript), shares->ephemeral, shares->ml_kem,
                    base::Bytes(hello.session_id.begin(), hello.session_id.end()), *message,
                    base::Bytes(behind.begin(), behind.end())},
                   std::move(profile), now);
}

}  // namespace qnet::htx
