#include "protocol/tls/client.hpp"

#include <algorithm>

#include "foundation/crypto/constant_time.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/alert.hpp"

namespace qnet::tls {

namespace {

/// Without data between them; BoringSSL's limit.
constexpr unsigned kKeyUpdates = 32;

/// What a CertificateVerify signs (RFC 8446 §4.4.3).
base::Bytes signed_text(base::ByteView transcript_hash) {
  base::Bytes text(64, 0x20);
  base::append(text, base::bytes_of("TLS 1.3, server CertificateVerify"));
  text.push_back(0);
  base::append(text, transcript_hash);
  return text;
}

}  // namespace

base::Result<void> Client::take_handshake(base::ByteView bytes) {
  base::append(handshake_, bytes);
  if (!established()) handshake_bytes_ += bytes.size();
  if (handshake_.size() > MessageLimits::handshake || handshake_bytes_ > MessageLimits::handshake)
    return base::fail(Errc::too_long);
  std::size_t consumed = 0;
  while (handshake_.size() - consumed >= client_hello::kHandshakeHeader) {
    const auto rest = base::ByteView(handshake_).subspan(consumed);
    const auto size = *client_hello::handshake_message_size(rest);
    if (size > client_hello::kHandshakeHeader + client_hello::kLongestMessage)
      return base::fail(client_hello::ClearErrc::long_message);
    if (rest.size() < size) break;
    const auto before = expects_;
    const auto type = rest[0];
    if (auto taken = take_message(type, rest.first(size)); !taken) return taken;
    consumed += size;
    // RFC 8446 §5.1: no message crosses a change of keys.
    const bool keys_changed =
        (before != expects_ && (before == Expects::server_hello || before == Expects::finished)) ||
        (before == Expects::application && type == kKeyUpdate);
    if (keys_changed && consumed != handshake_.size()) return base::fail(Errc::malformed);
  }
  handshake_.erase(handshake_.begin(), handshake_.begin() + static_cast<std::ptrdiff_t>(consumed));
  return {};
}

base::Result<void> Client::take_message(std::uint8_t type, base::ByteView whole) {
  const auto body = whole.subspan(client_hello::kHandshakeHeader);
  const auto is = [&](Expects state, std::uint8_t wanted) { return expects_ == state && type == wanted; };
  base::Result<void> taken;
  if (is(Expects::server_hello, client_hello::kServerHello)) return take_server_hello(whole);
  if (established()) return take_post_handshake(type, body);
  if (is(Expects::finished, kFinished)) return take_finished(whole);
  if (is(Expects::encrypted_extensions, kEncryptedExtensions)) {
    taken = take_encrypted_extensions(body);
  } else if (is(Expects::certificate, kCertificateRequest)) {
    taken = base::fail(Errc::client_certificate);
  } else if (is(Expects::certificate, kCertificate)) {
    taken = take_certificate(body);
  } else if (is(Expects::certificate, kCompressedCertificate)) {
    auto unpacked = unpack_certificate(body);
    if (!unpacked) return base::forward_error(unpacked);
    flight_.compressed_certificate = true;
    taken = take_certificate(*unpacked);
  } else if (is(Expects::certificate_verify, kCertificateVerify)) {
    taken = take_certificate_verify(body);
  } else {
    return base::fail(Errc::malformed);
  }
  schedule_->add(whole);
  return taken;
}

base::Result<void> Client::take_server_hello(base::ByteView whole) {
  const auto hello = read_server_hello(whole.subspan(client_hello::kHandshakeHeader));
  if (!hello) return tl::unexpected(hello.error());
  const auto suite = find_cipher_suite(hello->cipher_suite);
  if (!suite) return base::fail(Errc::cipher_suite);
  if (!std::ranges::equal(hello->session_id, session_id_)) return base::fail(Errc::malformed);
  auto shared = agree(hello->group, hello->key_share);
  if (!shared) return base::forward_error(shared);
  flight_.cipher_suite = hello->cipher_suite;
  flight_.group = hello->group;
  flight_.hello_extensions = hello->extensions;

  if (ech_) ech_->accepted = ech_confirmed(suite->hash, ech_->inner, whole);

  schedule_.emplace(*suite);
  schedule_->add(ech_accepted() ? ech_->inner : hello_);
  schedule_->add(whole);
  secrets_ = schedule_->enter_handshake(shared->view());
  read_.emplace(*suite, secrets_->server.view());
  write_.emplace(*suite, secrets_->client.view());
  expects_ = Expects::encrypted_extensions;
  return {};
}

base::Result<crypto::SecretBytes> Client::agree(std::uint16_t group, base::ByteView share) const {
  const bool hybrid = group == client_hello::kX25519MlKem768;
  crypto::MlKemCiphertext ciphertext{};
  const auto kem_size = hybrid ? ciphertext.size() : 0;
  crypto::X25519Public peer{};
  if ((!hybrid && group != client_hello::kX25519) || share.size() != kem_size + peer.size() ||
      (hybrid && !keys_.kem))
    return base::fail(Errc::no_x25519);
  std::ranges::copy(share.subspan(kem_size), peer.begin());
  const auto& own = !hybrid && separate_share_ && keys_.separate ? *keys_.separate : keys_.ephemeral;
  const auto agreed = crypto::x25519(own.secret, peer);
  if (!agreed) return base::fail(Errc::malformed);
  base::Bytes shared;
  if (hybrid) {
    // draft-ietf-tls-ecdhe-mlkem: ML-KEM's secret first.
    std::ranges::copy(share.first(kem_size), ciphertext.begin());
    base::append(shared, crypto::ml_kem_decapsulate(*keys_.kem, ciphertext).view());
  }
  base::append(shared, agreed->view());
  return crypto::SecretBytes(std::move(shared));
}

base::Result<void> Client::take_encrypted_extensions(base::ByteView body) {
  auto extensions = read_encrypted_extensions(body);
  if (!extensions) return base::forward_error(extensions);
  flight_.alpn = std::move(extensions->alpn);
  if (extensions->ech_configs) {
    // RFC 9849 §5: only in answer to an outer hello. In answer to GREASE it is read, and forgotten.
    if (ech_accepted()) return base::fail(Errc::malformed);
    if (ech_) ech_->retry_configs = std::move(*extensions->ech_configs);
  }
  // RFC 8449 §4: the limit counts the inner type.
  if (extensions->record_size_limit)
    largest_text_ = std::min<std::size_t>(largest_text_, *extensions->record_size_limit - 1U);
  expects_ = Expects::certificate;
  return {};
}

base::Result<void> Client::take_certificate(base::ByteView body) {
  const auto list = read_certificates(body);
  if (!list) return tl::unexpected(list.error());
  auto chain = crypto::CertificateChain::parse(list->der);
  if (!chain) return base::forward_error(chain);
  flight_.stapled = list->stapled;
  certificates_ = std::make_shared<const crypto::CertificateChain>(std::move(*chain));
  expects_ = Expects::certificate_verify;
  return config_.trust ? certificates_->verify(expected_name(), config_.now, *config_.trust)
                       : certificates_->check(expected_name(), config_.now);
}

base::Result<void> Client::take_certificate_verify(base::ByteView body) {
  const auto verify = read_certificate_verify(body);
  if (!verify) return tl::unexpected(verify.error());
  flight_.signature_scheme = verify->scheme;
  flight_.signature_size = verify->signature.size();
  flight_.signature_record = seen_.size() - 1;
  expects_ = Expects::finished;
  return certificates_->verify_signature(verify->scheme, signed_text(schedule_->transcript_hash()),
                                         verify->signature);
}

base::Result<void> Client::take_finished(base::ByteView whole) {
  const auto expected = schedule_->finished(secrets_->server.view());
  if (!crypto::equal(whole.subspan(client_hello::kHandshakeHeader), expected.view()))
    return base::fail(Errc::bad_finished);
  schedule_->add(whole);
  flight_.records = seen_.size();
  expects_ = Expects::application;
  if (auto finished = finish(secrets_->client.view()); !finished) return finished;
  return ech_ && !ech_->accepted ? refuse_without_ech() : base::Result<void>{};
}

base::Result<void> Client::finish(base::ByteView client_secret) {
  const auto mac = schedule_->finished(client_secret);
  base::Bytes message{kFinished, 0, 0, static_cast<std::uint8_t>(mac.view().size())};
  base::append(message, mac.view());
  if (config_.corrupt_finished) message.back() ^= 1U;
  client_hello::append_change_cipher_spec(output_);
  if (auto sealed = write_->seal(client_hello::kHandshake, message, output_); !sealed) return sealed;
  secrets_ = schedule_->enter_application();
  read_.emplace(schedule_->suite(), secrets_->server.view());
  write_.emplace(schedule_->suite(), secrets_->client.view());
  return {};
}

base::Result<void> Client::take_post_handshake(std::uint8_t type, base::ByteView body) {
  if (type == kNewSessionTicket) {
    ++tickets_;
    return {};
  }
  if (type != kKeyUpdate || body.size() != 1 || body[0] > 1) return base::fail(Errc::malformed);
  if (++key_updates_ > kKeyUpdates) return base::fail(Errc::too_long);
  secrets_->server = schedule_->next(secrets_->server.view());
  read_.emplace(schedule_->suite(), secrets_->server.view());
  if (body[0] == 0) return {};
  return update_key();
}

/// RFC 8446 §4.6.3, without asking for the server's.
base::Result<void> Client::update_key() {
  constexpr std::uint8_t message[] = {kKeyUpdate, 0, 0, 1, 0};
  if (auto sealed = write_->seal(client_hello::kHandshake, message, output_); !sealed) return sealed;
  secrets_->client = schedule_->next(secrets_->client.view());
  write_.emplace(schedule_->suite(), secrets_->client.view());
  return {};
}

base::Result<void> Client::write(base::ByteView text) {
  while (!text.empty()) {
    if (write_->sealed() >= config_.records_per_key)
      if (auto updated = update_key(); !updated) return updated;
    const auto piece = text.first(std::min(text.size(), largest_text_));
    if (auto sealed = write_->seal(client_hello::kApplicationData, piece, output_); !sealed) return sealed;
    text = text.subspan(piece.size());
  }
  return {};
}

void Client::close() {
  constexpr std::uint8_t close_notify[] = {1, client_hello::kCloseNotify};
  if (established()) (void)write_->seal(client_hello::kAlert, close_notify, output_);
}

}  // namespace qnet::tls
