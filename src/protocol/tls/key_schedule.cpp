#include "protocol/tls/key_schedule.hpp"

#include "foundation/base/endian.hpp"

namespace qnet::tls {

using crypto::SecretBytes;

SecretBytes expand_label(crypto::Hash hash, base::ByteView secret, std::string_view label,
                         base::ByteView context, std::size_t size) {
  constexpr std::string_view prefix = "tls13 ";
  base::Bytes info(2);
  base::store_be(info.data(), static_cast<std::uint16_t>(size));
  info.push_back(static_cast<std::uint8_t>(prefix.size() + label.size()));
  base::append(info, base::bytes_of(prefix));
  base::append(info, base::bytes_of(label));
  info.push_back(static_cast<std::uint8_t>(context.size()));
  base::append(info, context);
  return crypto::hkdf_expand(hash, secret, info, size);
}

SecretBytes KeySchedule::derive(base::ByteView secret, std::string_view label, base::ByteView hash) const {
  return expand_label(suite_.hash, secret, label, hash, crypto::size_of(suite_.hash));
}

void KeySchedule::advance(base::ByteView input) {
  const auto salt = derive(secret_.view(), "derived", crypto::digest(suite_.hash, {}));
  secret_ = crypto::hkdf_extract(suite_.hash, salt.view(), input);
}

TrafficSecrets KeySchedule::enter_handshake(base::ByteView shared) {
  const base::Bytes zeros(crypto::size_of(suite_.hash));
  secret_ = crypto::hkdf_extract(suite_.hash, {}, zeros);
  advance(shared);
  const auto hash = transcript_hash();
  return {derive(secret_.view(), "c hs traffic", hash), derive(secret_.view(), "s hs traffic", hash)};
}

TrafficSecrets KeySchedule::enter_application() {
  advance(base::Bytes(crypto::size_of(suite_.hash)));
  const auto hash = transcript_hash();
  exporter_ = derive(secret_.view(), "exp master", hash);
  return {derive(secret_.view(), "c ap traffic", hash), derive(secret_.view(), "s ap traffic", hash)};
}

SecretBytes KeySchedule::finished(base::ByteView base_key) const {
  const auto key = derive(base_key, "finished", {});
  return crypto::hmac(suite_.hash, key.view(), transcript_hash());
}

SecretBytes KeySchedule::next(base::ByteView traffic_secret) const {
  return derive(traffic_secret, "traffic upd", {});
}

SecretBytes KeySchedule::exporter(std::string_view label, base::ByteView context, std::size_t size) const {
  const auto secret = derive(exporter_.view(), label, crypto::digest(suite_.hash, {}));
  return expand_label(suite_.hash, secret.view(), "exporter", crypto::digest(suite_.hash, context), size);
}

}  // namespace qnet::tls
