#include "transport/htx/responder.hpp"

#include <algorithm>

#include "foundation/crypto/constant_time.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/htx/record.hpp"
#include "transport/htx/server_hello.hpp"

namespace qnet::htx {

namespace {

constexpr std::size_t kSealedStatic = 48;

/// A record that carries nothing but sealed zeros, of the length that the origin's record has.
base::Result<void> append_filler(noise::CipherState& cipher, std::size_t body_size, base::Bytes& out) {
  const auto start = out.size();
  client_hello::append_record_header(out, client_hello::kApplicationData, body_size);
  out.resize(out.size() + body_size);
  const auto record = base::MutableBytes(out).subspan(start);
  const auto text = record.subspan(RecordLimits::header, body_size - RecordLimits::tag);
  const noise::CipherState::Tag tag(record.data() + RecordLimits::header + text.size(), RecordLimits::tag);
  return cipher.seal(record.first(RecordLimits::header), text, tag);
}

/// Nobody has the keys that such records would be sealed with.
base::Bytes random_records(const std::vector<std::size_t>& sizes, base::RandomSource& random) {
  base::Bytes records;
  for (const auto size : sizes) {
    client_hello::append_record_header(records, client_hello::kApplicationData, size);
    records.resize(records.size() + size);
    random.fill(base::MutableBytes(records).last(size));
  }
  return records;
}

}  // namespace

Responder::Responder(Recognised peer, std::shared_ptr<const MirrorProfile> profile, WallTime now)
    : peer_(std::move(peer)), profile_(std::move(profile)), now_(now), input_(std::move(peer_.behind)) {}

base::Result<std::vector<base::Bytes>> Responder::answer(base::RandomSource& random) {
  const auto sizes = draw_flight(*profile_, random);
  auto hello = server_hello(random, sizes.size());
  if (!hello) return base::forward_error(hello);

  std::vector<base::Bytes> writes;
  base::Bytes current = std::move(*hello);
  if (profile_->change_cipher_spec) client_hello::append_change_cipher_spec(current);
  auto cipher = peer_.transcript.flight_cipher();
  for (const auto& record : sizes) {
    if (record.starts_write && !current.empty()) writes.push_back(std::exchange(current, {}));
    if (auto done = append_filler(cipher, record.body_size, current); !done) return base::forward_error(done);
  }
  if (profile_->before_finished_starts_write && !profile_->before_finished.empty())
    writes.push_back(std::exchange(current, {}));
  for (const auto size : profile_->before_finished)
    if (auto done = append_filler(cipher, size, current); !done) return base::forward_error(done);
  writes.push_back(std::move(current));
  return writes;
}

base::Result<base::Bytes> Responder::server_hello(base::RandomSource& random, std::size_t flight_records) {
  auto& transcript = peer_.transcript;
  ephemeral_ = crypto::X25519KeyPair::generate(random);
  ServerHelloFields fields;
  fields.session_id = peer_.session_id;
  fields.cipher_suite = profile_->cipher_suite;
  fields.group = profile_->group;
  fields.extension_order = profile_->server_hello_extensions;
  fields.x25519 = ephemeral_.public_key;

  transcript.mix_public(ephemeral_.public_key);
  if (auto mixed = transcript.mix_dh(ephemeral_.secret, peer_.ephemeral); !mixed)
    return base::forward_error(mixed);
  if (profile_->group == client_hello::kX25519MlKem768) {
    if (!peer_.ml_kem) return base::fail(Errc::crypto);
    auto encapsulated = crypto::ml_kem_encapsulate(*peer_.ml_kem, random);
    if (!encapsulated) return base::forward_error(encapsulated);
    transcript.mix_kem(encapsulated->shared);
    fields.ml_kem_ciphertext.assign(encapsulated->ciphertext.begin(), encapsulated->ciphertext.end());
  }
  auto built = build_server_hello(fields);
  transcript.mix_server_hello(base::ByteView(built.record).subspan(client_hello::kRecordHeader),
                              built.random_offset - client_hello::kRecordHeader);
  const Message2 message{now_, static_cast<std::uint8_t>(flight_records),
                         static_cast<std::uint8_t>(profile_->before_finished.size())};
  const auto sealed = transcript.seal_payload(message.encode());
  if (!sealed) return tl::unexpected(sealed.error());
  std::ranges::copy(*sealed, built.record.begin() + static_cast<std::ptrdiff_t>(built.random_offset));
  return std::move(built.record);
}

base::Result<bool> Responder::receive(base::ByteView bytes) {
  base::append(input_, bytes);
  std::size_t consumed = 0;
  while (expects_ != Expects::nothing) {
    const auto rest = base::ByteView(input_).subspan(consumed);
    const auto record = next_record(rest);
    if (!record) return base::fail(Errc::bad_record);
    if (!*record) break;
    const auto body = rest.subspan(RecordLimits::header, (*record)->body_size);
    if (auto taken = take_record((*record)->type, body); !taken) return taken;
    consumed += RecordLimits::header + body.size();
  }
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return expects_ == Expects::nothing;
}

base::Result<std::optional<client_hello::RecordPrefix>> Responder::next_record(base::ByteView bytes) const {
  if (bytes.size() < RecordLimits::header) return std::nullopt;
  const auto& origin = profile_->tolerance;
  const auto type = bytes[0];
  const std::size_t size = base::load_be<std::uint16_t>(&bytes[3]);
  const auto type_up_to = [&](std::uint8_t last) {
    return type >= client_hello::kChangeCipherSpec && type <= last;
  };
  constexpr std::uint8_t any = 0xff;
  const bool right_version = base::load_be<std::uint16_t>(&bytes[1]) == client_hello::kTls12;
  const bool bad_header = (origin.last_type != any && !type_up_to(origin.last_type)) ||
                          (origin.judges_versions && !right_version);
  if (bad_header || size > client_hello::kLargestCiphertext) return base::fail(Errc::bad_record);
  if (bytes.size() < RecordLimits::header + size) return std::nullopt;
  // The header of what is sealed is authenticated (RFC 8446 §5.2).
  const bool bad = !type_up_to(client_hello::kApplicationData) ||
                   (type == client_hello::kApplicationData && !right_version) || size == 0;
  if (bad) return base::fail(Errc::bad_record);
  return client_hello::RecordPrefix{type, size};
}

std::size_t Responder::reads_at_once() const {
  const auto at_once = profile_->tolerance.read_ahead;
  if (at_once > 0) return at_once;
  if (input_.size() < RecordLimits::header) return RecordLimits::header - input_.size();
  return RecordLimits::header + base::load_be<std::uint16_t>(&input_[3]) - input_.size();
}

base::Result<bool> Responder::take_record(std::uint8_t type, base::ByteView body) {
  if (expects_ == Expects::finished && type == client_hello::kChangeCipherSpec) {
    if (!client_hello::is_change_cipher_spec(body) ||
        ++change_cipher_specs_ > profile_->tolerance.change_cipher_specs)
      return base::fail(Errc::bad_record);
    return true;
  }
  if (expects_ == Expects::finished && type == client_hello::kAlert) return take_alert(body);
  if (type != client_hello::kApplicationData) return base::fail(Errc::bad_record);
  return expects_ == Expects::first_data ? take_first_data(body) : take_finished(body);
}

/// A client may speak in clear until it has the keys (RFC 8446 §5.1), and all alerts but one end the
/// connection whatever their level (§6).
base::Result<bool> Responder::take_alert(base::ByteView body) {
  constexpr std::size_t size = 2;
  if (body.size() != size) return base::fail(Errc::bad_record);
  if (body[1] != client_hello::kUserCanceled) return base::fail(Errc::alert);
  const auto tolerated = profile_->tolerance.cancellations;
  // One that is never taken is an alert like others.
  if (++cancellations_ > tolerated) return base::fail(tolerated == 0 ? Errc::alert : Errc::bad_record);
  change_cipher_specs_ = 0;  // as OpenSSL counts them
  return true;
}

bool Responder::is_sealed_alert(base::ByteView body) const {
  if (body.size() != client_hello::kAlertRecord) return false;
  base::Bytes record;
  client_hello::append_record_header(record, client_hello::kApplicationData, body.size());
  base::append(record, body);
  const auto text = base::MutableBytes(record).subspan(RecordLimits::header, body.size() - RecordLimits::tag);
  const noise::CipherState::ConstTag tag(text.data() + text.size(), RecordLimits::tag);
  return peer_.transcript.alert_cipher()
      .open(base::ByteView(record).first(RecordLimits::header), text, tag)
      .has_value();
}

base::Result<bool> Responder::take_finished(base::ByteView body) {
  if (is_sealed_alert(body)) return base::fail(Errc::alert);
  if (body.size() != client_hello::finished_record_size(profile_->cipher_suite))
    return base::fail(Errc::bad_finished);
  const auto key = peer_.transcript.open_static(body.first(kSealedStatic));
  if (!key) return tl::unexpected(key.error());
  if (auto mixed = peer_.transcript.mix_dh(ephemeral_.secret, *key); !mixed)
    return base::forward_error(mixed);
  const auto filler = body.subspan(kSealedStatic);
  if (!crypto::equal(filler, peer_.transcript.finished_filler(filler.size())))
    return base::fail(Errc::bad_finished);
  finished_.peer_static = *key;
  expects_ = Expects::first_data;
  // The payload of message 3 is still to come, but the chaining key is final; and the origin's tickets do not
  // wait for a client that says nothing more.
  finished_.keys = peer_.transcript.noise().split();
  for (const auto size : profile_->after_finished)
    if (auto done = append_filler(finished_.keys.from_responder, size, output_); !done)
      return base::forward_error(done);
  return true;
}

base::Result<bool> Responder::take_first_data(base::ByteView body) {
  base::Bytes text;
  if (auto opened = peer_.transcript.noise().decrypt_and_hash(body, text); !opened)
    return base::fail(Errc::forged_record);
  if (text.size() < RecordLimits::length_field) return base::fail(Errc::bad_padding);
  const auto size = base::load_be<std::uint16_t>(text.data());
  if (size > text.size() - RecordLimits::length_field) return base::fail(Errc::bad_padding);
  const auto data = base::ByteView(text).subspan(RecordLimits::length_field, size);
  finished_.first.assign(data.begin(), data.end());
  finished_.keys.handshake_hash = peer_.transcript.noise().hash();
  expects_ = Expects::nothing;
  return true;
}

base::Bytes Responder::refusal(const base::Error& why, base::RandomSource& random) const {
  return random_records(why.is(Errc::alert) ? profile_->plain_alert : profile_->bad_finished, random);
}

base::Bytes Responder::ended(base::RandomSource& random) const {
  // Measured in place of a second flight. After Finished most servers have something else to say.
  if (expects_ != Expects::finished) return {};
  return random_records(profile_->tolerance.early_end, random);
}

base::Bytes Responder::stalled(base::RandomSource& random) const {
  return random_records(profile_->stall_end, random);
}

Responder::Finished Responder::finish() {
  finished_.unread = std::move(input_);
  return std::move(finished_);
}

}  // namespace qnet::htx
