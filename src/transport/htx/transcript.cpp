#include "transport/htx/transcript.hpp"

#include <algorithm>
#include <cassert>

#include "protocol/client_hello/tls_format.hpp"

namespace qnet::htx {

namespace {

constexpr std::string_view kProtocol = "Noise_XK_25519_ChaChaPoly_SHA256";
constexpr std::string_view kPrologue = "qnet-htx/1";
constexpr std::size_t kHiddenField = 32;  // the session id and the random alike

/// The handshake message alone. TLS does not protect the record headers around it: a box on the path that
/// rewrites their versions, or cuts the message otherwise, does no harm to a browser, and must do none to us.
base::Bytes with_zeroed_field(std::string_view prefix, base::ByteView message, std::size_t offset) {
  assert(offset + kHiddenField <= message.size());
  base::Bytes bytes;
  bytes.reserve(prefix.size() + message.size());
  base::append(bytes, base::bytes_of(prefix));
  base::append(bytes, message);
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(prefix.size() + offset), kHiddenField,
              std::uint8_t{0});
  return bytes;
}

}  // namespace

Transcript::Transcript(base::ByteView hello_record, std::size_t session_id_offset,
                       const crypto::X25519Public& relay_static,
                       const crypto::X25519Public& initiator_ephemeral)
    : state_(kProtocol) {
  assert(session_id_offset >= client_hello::kRecordHeader);
  state_.mix_hash(with_zeroed_field(kPrologue, hello_record.subspan(client_hello::kRecordHeader),
                                    session_id_offset - client_hello::kRecordHeader));
  state_.mix_hash(relay_static);
  state_.mix_hash(initiator_ephemeral);
}

base::Result<void> Transcript::mix_dh(const crypto::X25519Secret& own, const crypto::X25519Public& peer) {
  const auto shared = crypto::x25519(own, peer);
  if (!shared) return base::fail(Errc::crypto);
  state_.mix_key(shared->view());
  return {};
}

void Transcript::mix_public(const crypto::X25519Public& key) { state_.mix_hash(key); }

void Transcript::mix_kem(const crypto::MlKemShared& shared) { state_.mix_key(shared.view()); }

void Transcript::mix_server_hello(base::ByteView message, std::size_t random_offset) {
  state_.mix_hash(with_zeroed_field({}, message, random_offset));
}

base::Result<base::Bytes> Transcript::seal_payload(const PayloadBytes& payload) {
  base::Bytes sealed;
  if (auto done = state_.encrypt_and_hash(payload, sealed); !done) return base::forward_error(done);
  return sealed;
}

base::Result<PayloadBytes> Transcript::open_payload(base::ByteView sealed) {
  base::Bytes opened;
  if (auto done = state_.decrypt_and_hash(sealed, opened); !done) return base::forward_error(done);
  PayloadBytes payload{};
  if (opened.size() != payload.size()) return base::fail(Errc::version);
  std::ranges::copy(opened, payload.begin());
  return payload;
}

base::Result<base::Bytes> Transcript::seal_static(const crypto::X25519Public& key) {
  base::Bytes sealed;
  if (auto done = state_.encrypt_and_hash(key, sealed); !done) return base::forward_error(done);
  return sealed;
}

base::Result<crypto::X25519Public> Transcript::open_static(base::ByteView sealed) {
  base::Bytes opened;
  crypto::X25519Public key{};
  if (auto done = state_.decrypt_and_hash(sealed, opened); !done || opened.size() != key.size())
    return base::fail(Errc::bad_finished);
  std::ranges::copy(opened, key.begin());
  return key;
}

base::Bytes Transcript::finished_filler(std::size_t size) const {
  const auto key = state_.export_key("qnet-htx/1 finished");
  assert(size <= key.size);
  const auto view = key.view().first(size);
  return {view.begin(), view.end()};
}

noise::CipherState Transcript::flight_cipher() const {
  return noise::CipherState(state_.export_key("qnet-htx/1 flight"));
}

noise::CipherState Transcript::alert_cipher() const {
  return noise::CipherState(state_.export_key("qnet-htx/1 alert"));
}

}  // namespace qnet::htx
