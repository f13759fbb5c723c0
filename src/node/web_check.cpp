#include "node/web_check.hpp"

#include <array>

#include "foundation/crypto/mlkem768.hpp"
#include "foundation/crypto/x25519.hpp"
#include "foundation/net/deadline.hpp"
#include "foundation/net/pump.hpp"
#include "protocol/client_hello/client_hello_builder.hpp"

namespace qnet::node {

namespace {

constexpr std::uint16_t kHttps = 443;
constexpr std::size_t kSessionId = 32;

/// Nobody keeps the keys' secrets: the handshake is never finished.
base::Bytes hello_for(const std::string& host, const client_hello::Template& browser,
                      base::RandomSource& random) {
  const auto one = crypto::X25519KeyPair::generate(random);
  const auto other = crypto::X25519KeyPair::generate(random);
  const auto kem = crypto::MlKemKeyPair::generate(random);
  const client_hello::HelloInputs inputs{host, one.public_key, other.public_key, &kem.public_key};
  auto hello = client_hello::build_client_hello(browser, inputs, random);
  random.fill(base::MutableBytes(hello.record).subspan(hello.session_id_offset, kSessionId));
  return std::move(hello.record);
}

}  // namespace

net::Task<bool> check_web(const proxy::Connect& connect, std::string host,
                          const client_hello::Template& browser, base::RandomSource& random) {
  const auto hello = hello_for(host, browser, random);
  proxy::Request request;
  request.destination = {std::move(host), kHttps};
  auto connected = co_await connect(std::move(request));
  if (connected.status != peer::ConnectStatus::ok || !connected.stream) co_return false;
  auto& stream = *connected.stream;
  const net::Deadline limit(co_await boost::asio::this_coro::executor, kWebCheckTime,
                            [&stream] { stream.reset(); });
  if (!co_await net::write_all(stream, hello)) co_return false;
  std::array<std::uint8_t, 1> first{};
  const auto got = co_await net::read_some(stream, first);
  co_return got && *got > 0;
}

}  // namespace qnet::node
