#include "transport/site/gate.hpp"

#include <algorithm>

#include "foundation/crypto/constant_time.hpp"

namespace qnet::site {

namespace {

constexpr std::size_t kKey = 32;

/// The value of "name=value" among "a=b; name=value" (RFC 6265 §4.2.1).
std::optional<std::string_view> find_cookie(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const auto end = std::min(field.find(';'), field.size());
    auto pair = field.substr(0, end);
    field.remove_prefix(std::min(end + 1, field.size()));
    pair.remove_prefix(std::min(pair.find_first_not_of(' '), pair.size()));
    if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
      return pair.substr(name.size() + 1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<base::Bytes> find_token(std::span<const std::string_view> cookies, std::string_view name) {
  for (const auto field : cookies) {
    const auto value = find_cookie(field, name);
    if (!value || value->size() != HandshakeLimits::token_text) continue;
    auto bytes = base::from_base64url(*value);
    if (bytes && bytes->size() == HandshakeLimits::token) return bytes;
  }
  return std::nullopt;
}

Gate::Gate(Config config, htx::ReplayCache& seen)
    : config_(std::move(config)), names_(names_of(config_.relay_static.public_key)), seen_(&seen) {}

Gate::Decision Gate::examine(const TunnelRequest& tunnel_request, const Binding& binding,
                             htx::WallTime now) const {
  if (!(tunnel_request.is_post || tunnel_request.is_websocket) || tunnel_request.target != names_.path)
    return Visit::ordinary;
  const auto token = find_token(tunnel_request.cookies, names_.cookie);
  if (!token) return Visit::ordinary;

  crypto::X25519Public ephemeral{};
  std::copy_n(token->begin(), kKey, ephemeral.begin());
  auto state = begin(binding, config_.relay_static.public_key);
  state.mix_hash(ephemeral);
  const auto shared = crypto::x25519(config_.relay_static.secret, ephemeral);
  if (!shared) return Visit::unrecognised;
  state.mix_key(shared->view());
  base::Bytes payload;
  if (!state.decrypt_and_hash(base::ByteView(*token).subspan(kKey), payload)) return Visit::unrecognised;
  const auto message = htx::Message1::decode(payload);
  if (!message || !crypto::equal(message->access_tag, config_.access_tag)) return Visit::unrecognised;
  if (message->time > now + htx::TimeLimits::window || message->time < now - htx::TimeLimits::window)
    return Visit::clock;
  if (!seen_->admit(ephemeral, now)) return Visit::replayed;
  return Responder(std::move(state), ephemeral);
}

}  // namespace qnet::site
