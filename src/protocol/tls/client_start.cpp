#include <algorithm>

#include "protocol/client_hello/client_hello.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"
#include "protocol/client_hello/tls_format.hpp"
#include "protocol/tls/client.hpp"

namespace qnet::tls {

Client Client::start(Config config, base::RandomSource& random) {
  HelloKeys keys{crypto::X25519KeyPair::generate(random), crypto::X25519KeyPair::generate(random),
                 crypto::MlKemKeyPair::generate(random)};
  const auto& browser = *config.browser;
  std::optional<EchSeal> seal;
  if (!config.ech_configs.empty() && sends_ech(browser)) seal = prepare_ech(config.ech_configs, random);
  const client_hello::HelloInputs inputs{seal ? seal->config.public_name : config.server_name,
                                         keys.ephemeral.public_key, keys.separate->public_key,
                                         &keys.kem->public_key};
  auto hello = client_hello::build_client_hello(browser, inputs, random);
  const auto session_id = base::MutableBytes(hello.record).subspan(hello.session_id_offset, 32);
  random.fill(session_id);

  Client self(std::move(config), std::move(keys));
  self.take_offer(std::move(hello.record), std::move(seal), random);
  return self;
}

void Client::take_offer(base::Bytes record, std::optional<EchSeal> seal, base::RandomSource& random) {
  if (seal) {
    auto hellos = seal_hello(record, config_.server_name, ech_dialect(*config_.browser), *seal, random);
    record = std::move(hellos.outer);
    ech_ = Ech{std::move(hellos.inner), seal->config.public_name, false, {}};
  }
  know_hello(record);
  output_ = std::move(record);
}

Client Client::after_hello(Config config, HelloKeys keys, base::ByteView record) {
  Client self(std::move(config), std::move(keys));
  self.know_hello(record);
  return self;
}

void Client::know_hello(base::ByteView record) {
  const auto message = record.subspan(client_hello::kRecordHeader);
  hello_.assign(message.begin(), message.end());
  const auto parsed = client_hello::parse_client_hello(record);
  session_id_.assign(parsed.hello.session_id.begin(), parsed.hello.session_id.end());
  const auto plain = parsed.hello.key_share(client_hello::kX25519);
  separate_share_ = plain && !std::ranges::equal(*plain, keys_.ephemeral.public_key);
}

/// RFC 9849 §6.1.6: the handshake is finished first, so that the server is known to be authentic, and then
/// ended.
base::Result<void> Client::refuse_without_ech() {
  constexpr std::uint8_t ech_required[] = {2, 121};
  expects_ = Expects::nothing;
  retry_configs_ = std::move(ech_->retry_configs);
  if (auto sealed = write_->seal(client_hello::kAlert, ech_required, output_); !sealed) return sealed;
  return base::fail(Errc::ech_rejected);
}

}  // namespace qnet::tls
