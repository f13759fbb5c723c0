#include "protocol/tls/record_cipher.hpp"

#include <algorithm>

#include "foundation/base/endian.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/key_schedule.hpp"

namespace qnet::tls {

namespace {

crypto::SecretBytes expand_key(const CipherSuite& suite, base::ByteView secret) {
  return expand_label(suite.hash, secret, "key", {}, crypto::Aead::key_size_of(suite.aead));
}

}  // namespace

RecordCipher::RecordCipher(const CipherSuite& suite, base::ByteView traffic_secret)
    : aead_(suite.aead, expand_key(suite, traffic_secret).view()),
      iv_(expand_label(suite.hash, traffic_secret, "iv", {}, crypto::Aead::nonce_size)) {}

crypto::Aead::Nonce RecordCipher::next_nonce() {
  crypto::Aead::Nonce nonce{};
  base::store_be(nonce.data() + 4, sequence_++);
  for (std::size_t i = 0; i < nonce.size(); ++i) nonce[i] ^= iv_.view()[i];
  return nonce;
}

base::Result<void> RecordCipher::seal(std::uint8_t type, base::ByteView text, base::Bytes& out) {
  if (sequence_ >= kRecordsPerKey) return base::fail(Errc::exhausted);
  const auto start = out.size();
  client_hello::append_record_header(out, client_hello::kApplicationData,
                                     text.size() + 1 + crypto::Aead::tag_size);
  base::append(out, text);
  out.push_back(type);
  out.resize(out.size() + crypto::Aead::tag_size);
  const auto record = base::MutableBytes(out).subspan(start);
  const auto inner = record.subspan(client_hello::kRecordHeader, text.size() + 1);
  aead_.seal(next_nonce(), record.first(client_hello::kRecordHeader), inner,
             record.last<crypto::Aead::tag_size>());
  return {};
}

base::Result<RecordCipher::Opened> RecordCipher::open(base::ByteView header, base::MutableBytes body) {
  // How often the far end uses a key is the far end's to limit.
  if (body.size() <= crypto::Aead::tag_size) return base::fail(Errc::bad_record);
  const auto inner = body.first(body.size() - crypto::Aead::tag_size);
  const auto tag = body.last<crypto::Aead::tag_size>();
  if (!aead_.open(next_nonce(), header, inner, tag)) return base::fail(Errc::bad_record);
  const auto last = std::find_if(inner.rbegin(), inner.rend(), [](auto byte) { return byte != 0; });
  if (last == inner.rend()) return base::fail(Errc::malformed);
  const auto size = static_cast<std::size_t>(inner.rend() - last) - 1;
  if (size > client_hello::kLargestPlaintext) return base::fail(Errc::malformed);
  return Opened{*last, inner.first(size)};
}

}  // namespace qnet::tls
