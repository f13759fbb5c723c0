#include "node/compose.hpp"

#include <csignal>
#include <fstream>

#include <gmock/gmock.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "foundation/base/testing/seeded_random.hpp"
#include "foundation/base/testing/temporary_folder.hpp"
#include "foundation/crypto/self_signed.hpp"
#include "foundation/net/error.hpp"
#include "network/directory_server/store.hpp"
#include "node/error.hpp"
#include "overlay/circuit/circuit_key_file.hpp"
#include "transport/mirror/listener.hpp"
#include "transport/site/listener.hpp"

namespace qnet::node {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// Of this process alone, so that nobody else takes a port there that was free: 127.64.0.0/10 has room for
/// every process id.
boost::asio::ip::address own_loopback() {
  return boost::asio::ip::address_v4(0x7F400000U | (static_cast<unsigned>(::getpid()) & 0x3FFFFFU));
}

class Compose : public ::testing::Test {
 protected:
  Compose() { std::ofstream(folder / "index.html") << "<html></html>"; }
  ~Compose() override { node.reset(); }

  net::tcp::endpoint free_port() {
    return net::tcp::acceptor(process.pool().first(), {own_loopback(), 0}).local_endpoint();
  }
  [[nodiscard]] static bool is_free(const net::tcp::endpoint& at) {
    boost::asio::io_context io;
    return net::listen(io, at).has_value();
  }

  /// Its cover origin is a port where nobody listens.
  void add_relay() {
    const std::vector<std::string> names{"cover.test"};
    const auto now = std::chrono::system_clock::now();
    const auto certificate = crypto::self_signed(names, now, now + std::chrono::hours(1));
    auto authority = crypto::TrustStore::from_der(certificate->certificate);
    const auto origin = free_port();
    auto listener = mirror::listener({free_port(),
                                      identity.noise.clone(),
                                      {origin.address().to_string(), origin.port(), "cover.test",
                                       std::make_shared<const crypto::TrustStore>(std::move(*authority))},
                                      folder});
    config.relay = RelayConfig{identity.clone(), {std::move(listener)}, std::nullopt};
  }
  void add_site_relay() {
    site::ListenerConfig site;
    site.listen = free_port();
    site.noise = identity.noise.clone();
    site.site_name = "site.test";
    site.behind_proxy = site_certificate.certificate.empty();
    site.certificate = site_certificate;
    site.root = folder;
    site.state_dir = folder;
    config.relay = RelayConfig{identity.clone(), {site::listener(std::move(site))}, std::nullopt};
  }
  /// Where the relay will listen.
  [[nodiscard]] net::tcp::endpoint relay_port() const { return config.relay->listeners.front().at; }
  void add_directory() {
    config.directory = DirectoryConfig{identity.clone(), (folder / "directory.db").string(), {}, true, {}};
  }
  void add_membership() {
    config.dials_sites = false;
    directory::Descriptor descriptor{identity.peer_id(), identity.noise.public_key, {}, "cover.test"};
    descriptor.capabilities = static_cast<std::uint8_t>(directory::Capability::relay);
    config.membership = discovery::MembershipConfig{
        identity.clone(), {}, std::move(descriptor), peer::HostPort{"127.0.0.1", 443}, {}, true};
  }
  void add_client() { config.client.emplace().socks = free_port(); }
  void add_super_peer() {
    config.helper_mode = "super";
    add_relay();
    add_directory();
    add_membership();
    config.directory_http = free_port();
    config.status = free_port();
  }

  void make_node() {
    auto made = compose(std::move(config), process);
    ASSERT_TRUE(made) << made.error().message();
    node = std::move(*made);
  }
  [[nodiscard]] std::vector<std::string> part_names() const {
    std::vector<std::string> names;
    for (const auto& part : node->parts()) names.emplace_back(part->name());
    return names;
  }
  std::string start_problem() {
    make_node();
    auto started = node->start();
    return started ? "it started" : started.error().message();
  }
  void stop() {
    node->stop(nullptr);
    node->finish();
  }

  /// Ends process.run() when `condition` holds, or after 20 s.
  template <class Condition>
  static void raise_when(boost::asio::io_context& io, Condition condition) {
    auto watch = [&io, condition]() -> net::Task<void> {
      boost::asio::steady_timer pause(io);
      for (int i = 0; i < 2000 && !condition(); ++i) {
        pause.expires_after(milliseconds(10));
        (void)co_await pause.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
      }
      (void)std::raise(SIGTERM);
    };
    boost::asio::co_spawn(io, std::move(watch), boost::asio::detached);
  }

  base::testing::TemporaryFolder temporary;
  std::filesystem::path folder = temporary.path();
  base::testing::SeededRandom random{7};
  peer::Identity identity = peer::Identity::generate(random);
  Process process{2, {milliseconds(0), std::chrono::seconds(20)}};
  openssl_tls::CertificateFiles site_certificate;  // of cover site; none behind a proxy
  NodeConfig config;
  std::unique_ptr<Node> node;
};

TEST_F(Compose, gives_a_client_no_part_of_a_relay) {
  add_client();
  config.status = free_port();
  make_node();
  EXPECT_THAT(part_names(), ElementsAre("client", "control"));
}

TEST_F(Compose, gives_a_super_peer_its_parts_the_status_server_last) {
  add_super_peer();
  make_node();
  EXPECT_THAT(part_names(), ElementsAre("directory", "directory API", "relay", "membership", "control"));
}

TEST_F(Compose, gives_a_relay_of_cover_site_the_same_part) {
  add_site_relay();
  add_membership();
  make_node();
  EXPECT_THAT(part_names(), ElementsAre("relay", "membership"));
}

TEST_F(Compose, gives_an_API_also_to_a_node_without_a_directory) {
  add_client();
  config.directory_http = free_port();
  make_node();
  EXPECT_THAT(part_names(), ElementsAre("directory API", "client"));
  ASSERT_TRUE(node->start());
  stop();
}

TEST_F(Compose, starts_nothing_by_itself) {
  add_relay();
  const auto at = relay_port();
  make_node();
  EXPECT_TRUE(is_free(at));
}

TEST_F(Compose, refuses_authorities_that_cannot_be_read) {
  add_membership();
  config.dials_sites = true;
  config.cover_authorities = folder / "missing.pem";
  EXPECT_FALSE(compose(std::move(config), process));
}

TEST_F(Compose, makes_a_node_that_listens_until_it_stops) {
  add_super_peer();
  const auto ports = {relay_port(), *config.directory_http, *config.status};
  make_node();
  ASSERT_TRUE(node->start());
  for (const auto& at : ports) EXPECT_FALSE(is_free(at)) << at;
  stop();
  for (const auto& at : ports) EXPECT_TRUE(is_free(at)) << at;
}

TEST_F(Compose, makes_a_node_whose_failing_start_leaves_no_port_open) {
  add_super_peer();
  add_client();
  const auto ports = {relay_port(), *config.directory_http, config.client->socks};
  const net::tcp::acceptor other(process.pool().first(), *config.status);
  EXPECT_THAT(start_problem(), HasSubstr("--status-port"));
  for (const auto& at : ports) EXPECT_TRUE(is_free(at)) << at;
}

TEST_F(Compose, tells_base_and_sections_in_one_status) {
  add_super_peer();
  add_client();
  const auto listen = relay_port();
  const auto socks = config.client->socks;
  make_node();
  ASSERT_TRUE(node->start());
  const auto status = node->status();
  EXPECT_EQ(status.helper_mode, "super");
  EXPECT_FALSE(status.version.empty());
  EXPECT_EQ(status.peer_id, identity.peer_id().to_text());
  EXPECT_EQ(status.listen_address, net::to_text(listen));
  EXPECT_TRUE(status.counters.handshakes);
  EXPECT_TRUE(status.directory);
  EXPECT_THAT(status.registered, SizeIs(1));
  EXPECT_EQ(status.socks_address, net::to_text(socks));
  stop();
}

TEST_F(Compose, leaves_out_the_sections_of_parts_that_are_not_there) {
  add_site_relay();
  make_node();
  ASSERT_TRUE(node->start());
  const auto status = node->status();
  EXPECT_EQ(status.state, control::State::connected);
  EXPECT_EQ(status.peer_id, identity.peer_id().to_text());
  EXPECT_FALSE(status.directory);
  EXPECT_TRUE(status.registered.empty());
  EXPECT_TRUE(status.socks_address.empty());
  stop();
}

TEST_F(Compose, names_the_flag_of_a_relays_port_as_the_caller_calls_it) {
  add_relay();
  config.flags.listen = "--base-port";
  const net::tcp::acceptor other(process.pool().first(), relay_port());
  EXPECT_THAT(start_problem(), HasSubstr("--base-port"));
}

TEST_F(Compose, names_the_flag_of_a_site_relays_port) {
  add_site_relay();
  const net::tcp::acceptor other(process.pool().first(), relay_port());
  EXPECT_THAT(start_problem(), HasSubstr("--listen"));
}

TEST_F(Compose, names_the_flag_of_the_APIs_port) {
  config.directory_http = free_port();
  const net::tcp::acceptor other(process.pool().first(), *config.directory_http);
  EXPECT_THAT(start_problem(), HasSubstr("--directory-http"));
}

TEST_F(Compose, names_the_flag_of_a_clients_port) {
  add_client();
  const net::tcp::acceptor other(process.pool().first(), config.client->socks);
  EXPECT_THAT(start_problem(), HasSubstr("--socks-port"));
}

TEST_F(Compose, says_what_to_do_about_a_sites_certificate) {
  site_certificate = {folder / "missing.pem", folder / "missing.key"};
  add_site_relay();
  EXPECT_THAT(start_problem(), HasSubstr("--tls-cert"));
}

TEST_F(Compose, tells_why_a_directorys_store_cannot_be_opened) {
  add_directory();
  config.dials_sites = false;
  config.directory->store = (folder / "index.html" / "directory.db").string();  // below a file
  EXPECT_THAT(start_problem(), HasSubstr("directory.db"));
}

TEST_F(Compose, gives_a_relay_no_circuit_keys_unless_it_serves_circuits) {
  add_super_peer();
  make_node();
  ASSERT_TRUE(node->start());
  EXPECT_FALSE(std::filesystem::exists(circuit::circuit_key_file(folder)));
  stop();
}

TEST_F(Compose, refuses_circuit_keys_that_others_may_read) {
  add_super_peer();
  config.circuit_keys = folder;
  std::ofstream(circuit::circuit_key_file(folder)) << "keys";
  std::filesystem::permissions(circuit::circuit_key_file(folder), std::filesystem::perms::all);
  EXPECT_THAT(start_problem(), HasSubstr("circuit keys: remove it"));
}

TEST_F(Compose, a_relay_that_serves_circuits_names_keys_that_are_on_its_disk) {
  add_super_peer();
  config.circuit_keys = folder;
  make_node();
  EXPECT_THAT(part_names(),
              ElementsAre("directory", "directory API", "circuit keys", "relay", "membership", "control"));
  // Its own directory takes its registration, and has it in its database then.
  auto& io = process.pool().first();
  const auto done = process.run(*node, [&] {
    node->join();
    raise_when(io, [this] { return node->status().directory->registrations > 0; });
  });
  ASSERT_TRUE(done);
  node->finish();
  const auto rows = (*directory::open_sqlite((folder / "directory.db").string()))->load();
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(1));
  const auto told = directory::SignedDescriptor::parse(rows->front().descriptor);
  ASSERT_TRUE(told);
  const auto& named = told->descriptor().circuit_keys;
  ASSERT_THAT(named, SizeIs(2));
  const auto kept = circuit::KeptCircuitKeys::open(folder, identity.peer_id(), named.front().from, random);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->replaced_a_file());
  for (std::size_t i = 0; i < named.size(); ++i) EXPECT_EQ(kept->published().at(i).key, named.at(i).key);
}

TEST_F(Compose, makes_a_node_that_runs_until_a_signal) {
  add_super_peer();
  const auto listen = relay_port();
  make_node();
  std::string helper_mode;
  const auto done = process.run(*node, [&] {
    node->join();
    helper_mode = node->status().helper_mode;
    (void)std::raise(SIGTERM);
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(helper_mode, "super");
  EXPECT_TRUE(is_free(listen));
}

}  // namespace
}  // namespace qnet::node
