#include "transport/htx/initiator.hpp"

#include <algorithm>
#include <cassert>
#include <utility>

#include "foundation/crypto/constant_time.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "transport/htx/server_hello.hpp"

namespace qnet::htx {

Initiator::Initiator(Config config, client_hello::BuiltHello hello, tls::HelloKeys keys,
                     crypto::X25519KeyPair own_static)
    : config_(std::move(config)),
      hello_(std::move(hello.record)),
      keys_(std::move(keys)),
      static_(std::move(own_static)),
      transcript_(hello_, hello.session_id_offset, config_.relay_static, keys_.ephemeral.public_key) {}

base::Result<Initiator> Initiator::start(Config config, base::RandomSource& random) {
  const auto& browser = *config.browser;
  tls::HelloKeys keys{crypto::X25519KeyPair::generate(random), std::nullopt, std::nullopt};
  // Only the keys that this browser's hello shows: each costs as much as the rest of the hello.
  if (browser.has<client_hello::part::MlKem>()) keys.kem = crypto::MlKemKeyPair::generate(random);
  auto own_static = config.own_static ? config.own_static->clone() : crypto::X25519KeyPair::generate(random);
  // Browsers that send a separate X25519 share make another key for it; only an ordinary server will use it.
  if (browser.has<client_hello::part::SeparateX25519>())
    keys.separate = crypto::X25519KeyPair::generate(random);

  const client_hello::HelloInputs inputs{config.server_name, keys.ephemeral.public_key,
                                         keys.separate ? keys.separate->public_key : crypto::X25519Public{},
                                         keys.kem ? &keys.kem->public_key : nullptr};
  auto hello = client_hello::build_client_hello(browser, inputs, random);
  const auto session_id_offset = hello.session_id_offset;
  const Message1 message{config.now, config.access_tag};

  Initiator self(std::move(config), std::move(hello), std::move(keys), std::move(own_static));
  if (auto mixed = self.transcript_.mix_dh(self.keys_.ephemeral.secret, self.config_.relay_static); !mixed)
    return base::forward_error(mixed);
  const auto sealed = self.transcript_.seal_payload(message.encode());
  if (!sealed) return tl::unexpected(sealed.error());
  std::ranges::copy(*sealed, self.hello_.begin() + static_cast<std::ptrdiff_t>(session_id_offset));
  self.session_id_ = *sealed;
  return self;
}

base::Result<bool> Initiator::receive(base::ByteView bytes) {
  received_ += bytes.size();
  if (received_ > HandshakeLimits::server_flight) return base::fail(Errc::too_long);
  base::append(input_, bytes);
  if (expects_ == Expects::server_hello) {
    base::append(first_words_, bytes);
    auto taken = take_clear_records();
    if (!taken || !*taken) return taken;
  }
  return take_flight();
}

/// Whether the ServerHello was taken.
base::Result<bool> Initiator::take_clear_records() {
  std::size_t consumed = 0;
  while (expects_ == Expects::server_hello) {
    const auto rest = base::ByteView(input_).subspan(consumed);
    const auto record = client_hello::read_clear_record(rest);
    if (!record) return refuse_clear(record.error());
    if (!*record) break;
    const auto body = rest.subspan(client_hello::kRecordHeader, (*record)->body_size);
    const auto goes_on = clear_records_.take((*record)->type, body);
    if (!goes_on) return refuse_clear(goes_on.error());
    if (*goes_on) base::append(server_hello_, body);
    consumed += client_hello::kRecordHeader + body.size();
    const auto whole = client_hello::handshake_message_size(server_hello_);
    if (whole && *whole > client_hello::kHandshakeHeader + client_hello::kLongestMessage)
      return refuse_clear(client_hello::ClearErrc::long_message);
    if (!whole || server_hello_.size() < *whole) continue;
    if (auto taken = take_server_hello(base::ByteView(server_hello_).first(*whole)); !taken)
      return base::forward_error(taken);
    // RFC 8446 §5.1: no record goes on behind a change of keys.
    if (server_hello_.size() > *whole) return base::fail(Errc::bad_server_hello);
  }
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return expects_ != Expects::server_hello;
}

tl::unexpected<base::Error> Initiator::refuse_clear(const base::Error& why) {
  clear_alert_ = client_hello::clear_alert_for(why);
  return base::fail(why.is(client_hello::ClearErrc::alert) ? Errc::alert : Errc::bad_server_hello);
}

base::Bytes Initiator::refusal() {
  base::Bytes words;
  if (!alert_cipher_) {
    if (clear_alert_) client_hello::append_clear_alert(words, *clear_alert_);
    return words;
  }
  client_hello::append_change_cipher_spec(words);
  const auto start = words.size();
  client_hello::append_record_header(words, client_hello::kApplicationData, client_hello::kAlertRecord);
  words.resize(words.size() + client_hello::kAlertRecord);
  const auto record = base::MutableBytes(words).subspan(start);
  const auto body = record.subspan(RecordLimits::header);
  const noise::CipherState::Tag tag(body.data() + body.size() - RecordLimits::tag, RecordLimits::tag);
  // Its one use: the nonce cannot have run out.
  (void)alert_cipher_->seal(record.first(RecordLimits::header), body.first(body.size() - RecordLimits::tag),
                            tag);
  return words;
}

std::optional<Initiator::Ordinary> Initiator::go_on_as_browser(const crypto::TrustStore* trust,
                                                               crypto::CertificateChain::Time now) {
  if (!std::exchange(ordinary_, false)) return std::nullopt;
  tls::Client::Config config{nullptr, config_.server_name, trust, now};
  return Ordinary{tls::Client::after_hello(std::move(config), std::move(keys_), hello_),
                  std::move(first_words_)};
}

base::Result<void> Initiator::take_server_hello(base::ByteView message) {
  const auto parsed = parse_server_hello(message);
  constexpr std::uint8_t illegal_parameter = 47;
  if (parsed.status != ServerHelloStatus::hello_retry_request) clear_alert_ = illegal_parameter;
  switch (parsed.status) {
    case ServerHelloStatus::malformed: return base::fail(Errc::bad_server_hello);
    // A relay never asks for another hello, so this is the cover origin itself.
    case ServerHelloStatus::hello_retry_request: return base::fail(Errc::not_recognised);
    case ServerHelloStatus::parsed: break;
  }
  const auto& answer = parsed.hello;
  if (!std::ranges::equal(answer.session_id, session_id_)) return base::fail(Errc::bad_server_hello);
  std::ranges::copy(answer.x25519, relay_ephemeral_.begin());

  transcript_.mix_public(relay_ephemeral_);
  if (auto mixed = transcript_.mix_dh(keys_.ephemeral.secret, relay_ephemeral_); !mixed)
    return base::forward_error(mixed);
  if (!answer.ml_kem_ciphertext.empty()) {
    if (!keys_.kem) return base::fail(Errc::bad_server_hello);  // a group that was not offered
    crypto::MlKemCiphertext ciphertext{};
    std::ranges::copy(answer.ml_kem_ciphertext, ciphertext.begin());
    transcript_.mix_kem(crypto::ml_kem_decapsulate(*keys_.kem, ciphertext));
    post_quantum_ = true;
  }
  transcript_.mix_server_hello(message, answer.random_offset);
  const auto opened = transcript_.open_payload(answer.random);
  ordinary_ = !opened;
  if (!opened) return base::fail(Errc::not_recognised);
  first_words_ = {};
  alert_cipher_ = transcript_.alert_cipher();
  const auto payload = Message2::decode(*opened);
  if (!payload) return base::fail(Errc::version);

  relay_time_ = payload->time;
  records_left_ = payload->flight_records;
  early_records_ = payload->early_records;
  finished_size_ = client_hello::finished_record_size(answer.cipher_suite);
  flight_cipher_ = transcript_.flight_cipher();
  expects_ = Expects::flight;
  return {};
}

base::Result<bool> Initiator::take_flight() {
  std::size_t consumed = 0;
  while (records_left_ > 0) {
    const auto rest = base::MutableBytes(input_).subspan(consumed);
    const auto record = client_hello::read_record(rest);
    if (!record) return base::fail(Errc::bad_flight);
    if (!*record) break;
    const auto header = rest.first(RecordLimits::header);
    const auto body = rest.subspan(RecordLimits::header, (*record)->body_size);
    if (auto taken = take_flight_record((*record)->type, header, body); !taken) return taken;
    consumed += RecordLimits::header + body.size();
  }
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(consumed));
  if (records_left_ > 0) return false;
  expects_ = Expects::nothing;
  return true;
}

base::Result<bool> Initiator::take_flight_record(std::uint8_t type, base::MutableBytes header,
                                                 base::MutableBytes body) {
  if (type == client_hello::kChangeCipherSpec) {
    if (!client_hello::is_change_cipher_spec(body) ||
        ++change_cipher_specs_ > client_hello::kChangeCipherSpecs)
      return base::fail(Errc::bad_flight);
    return true;
  }
  if (type != client_hello::kApplicationData || body.size() < RecordLimits::smallest_body)
    return base::fail(Errc::bad_flight);
  const auto text = body.first(body.size() - RecordLimits::tag);
  const noise::CipherState::ConstTag tag(body.data() + text.size(), RecordLimits::tag);
  if (!flight_cipher_.open(header, text, tag)) return base::fail(Errc::bad_flight);
  change_cipher_specs_ = 0;
  --records_left_;
  return true;
}

base::Result<Initiator::Finished> Initiator::finish(base::ByteView first) {
  assert(expects_ == Expects::nothing && first.size() <= RecordLimits::data);
  Finished finished;
  auto& flight = finished.flight;
  client_hello::append_change_cipher_spec(flight);

  const auto sealed_static = transcript_.seal_static(static_.public_key);
  if (!sealed_static) return tl::unexpected(sealed_static.error());
  if (auto mixed = transcript_.mix_dh(static_.secret, relay_ephemeral_); !mixed)
    return base::forward_error(mixed);
  client_hello::append_record_header(flight, client_hello::kApplicationData, finished_size_);
  base::append(flight, *sealed_static);
  base::append(flight, transcript_.finished_filler(finished_size_ - sealed_static->size()));

  const auto wanted = config_.browser->client_flight.first_application_record;
  const auto text_size = std::max(RecordLimits::length_field + first.size(), wanted - RecordLimits::tag);
  base::Bytes text(text_size);
  base::store_be<std::uint16_t>(text.data(), static_cast<std::uint16_t>(first.size()));
  std::ranges::copy(first, text.begin() + RecordLimits::length_field);
  client_hello::append_record_header(flight, client_hello::kApplicationData, text_size + RecordLimits::tag);
  if (auto done = transcript_.noise().encrypt_and_hash(text, flight); !done) return base::forward_error(done);

  finished.keys = transcript_.noise().split();
  finished.unread = std::move(input_);
  // They are no part of what a browser waits for, so they are read when they come.
  finished.early = {std::move(flight_cipher_), early_records_};
  return finished;
}

}  // namespace qnet::htx
