// OpenSSL's side and our client's of a TLS connection over loopback, and the refusals of unusable files.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "foundation/crypto/self_signed.hpp"
#include "foundation/crypto/system_random.hpp"
#include "foundation/net/error.hpp"
#include "foundation/net/pump.hpp"
#include "foundation/net/tcp.hpp"
#include "protocol/openssl_tls/stream.hpp"
#include "protocol/tls/stream.hpp"

namespace qnet::openssl_tls {
namespace {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using net::Task;
using std::chrono::hours;
using ::testing::HasSubstr;

constexpr const char* kName = "www.example.com";

/// A certificate's two files in a folder of their own.
class Files {
 public:
  explicit Files(const std::string& name = kName, hours from = hours(-1), hours until = hours(24)) {
    std::string pattern = (fs::temp_directory_path() / "qnet-tls-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
    const auto now = std::chrono::system_clock::now();
    const std::string names[] = {name};
    const auto made = crypto::self_signed(names, now + from, now + until);
    std::ofstream(files.certificate = folder_ / "cert.pem") << made->certificate_pem;
    const auto* der = made->private_key.view().data();
    auto* const key = d2i_AutoPrivateKey(nullptr, &der, static_cast<long>(made->private_key.view().size()));
    auto* const out = std::fopen((files.key = folder_ / "key.pem").c_str(), "w");
    PEM_write_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
    (void)std::fclose(out);
    EVP_PKEY_free(key);
  }
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;
  ~Files() { fs::remove_all(folder_); }

  [[nodiscard]] fs::path other(const std::string& text) const {
    std::ofstream(folder_ / "other.pem") << text;
    return folder_ / "other.pem";
  }

  CertificateFiles files;

 private:
  fs::path folder_;
};

void expect_refusal(const CertificateFiles& files, Errc code, const std::string& word) {
  const auto made = server_context(files, kName);
  ASSERT_FALSE(made);
  EXPECT_TRUE(made.error().is(code)) << made.error().message();
  EXPECT_THAT(made.error().message(), HasSubstr(word));
}

TEST(ServerContext, takes_a_certificate_with_its_key) {
  const Files own;
  EXPECT_TRUE(server_context(own.files, kName));
}

TEST(ServerContext, says_which_file_cannot_be_used_and_why) {
  const Files own;
  expect_refusal({"/nonexistent/cert.pem", own.files.key}, Errc::certificate_unreadable, "No such file");
  expect_refusal({own.files.certificate, "/nonexistent/key.pem"}, Errc::key_unreadable, "No such file");
  expect_refusal({own.other("garbage"), own.files.key}, Errc::certificate_unreadable, "PEM");
  expect_refusal({own.files.certificate, own.other("garbage")}, Errc::key_unreadable, "PEM");
  expect_refusal({own.files.certificate, own.other("")}, Errc::key_unreadable, "empty");
}

TEST(ServerContext, refuses_another_certificates_key) {
  const Files own;
  const Files other;
  expect_refusal({own.files.certificate, other.files.key}, Errc::key_mismatch, "key.pem");
}

TEST(ServerContext, refuses_what_visitors_would_refuse) {
  const Files other("other.example.com");
  expect_refusal(other.files, Errc::wrong_name, kName);
  const Files old(kName, hours(-48), hours(-24));
  expect_refusal(old.files, Errc::expired, "over");
  const Files early(kName, hours(24), hours(48));
  expect_refusal(early.files, Errc::expired, "has not come");
}

class TlsPair : public ::testing::Test {
 protected:
  void make(const std::string& name = kName, const fs::path& authorities = {}) {
    net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
    net::tcp::socket near(io);
    near.connect(acceptor.local_endpoint());
    server = std::make_unique<Stream>(std::make_unique<net::TcpStream>(acceptor.accept()),
                                      *server_context(own.files, kName));
    trust.emplace(*crypto::TrustStore::from_file(authorities.empty() ? own.files.certificate : authorities));
    client =
        std::make_unique<tls::Stream>(std::make_unique<net::TcpStream>(std::move(near)),
                                      tls::Client::Config{&client_hello::builtin_templates().front(), name,
                                                          &*trust, std::chrono::system_clock::now()},
                                      random);
  }

  base::Result<void> handshake() {
    base::Result<void> ours;
    run([](Stream& stream) -> Task<void> { (void)co_await stream.handshake(); }(*server),
        [](tls::Stream& stream, base::Result<void>& result) -> Task<void> {
          result = co_await stream.handshake();
          if (!result) stream.close();
        }(*client, ours));
    return ours;
  }

  template <class... Tasks>
  void run(Tasks... tasks) {
    int left = sizeof...(tasks);
    (asio::co_spawn(io, std::move(tasks), [&left](const std::exception_ptr&) { --left; }), ...);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    io.restart();
    while (left > 0 && std::chrono::steady_clock::now() < end) io.run_one_for(std::chrono::milliseconds(100));
    ASSERT_EQ(left, 0);
  }

  /// Megabytes and their end.
  void carry(net::ByteStream& from, net::ByteStream& to) {
    base::Bytes sent(3'000'001);
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<std::uint8_t>(i * i >> 3);
    base::Bytes received;
    run(
        [](net::ByteStream& out, base::ByteView bytes) -> Task<void> {
          EXPECT_TRUE(co_await net::write_all(out, bytes));
          out.finish();
        }(from, sent),
        [](net::ByteStream& in, base::Bytes& all) -> Task<void> {
          base::Bytes chunk(100'000);
          for (;;) {
            const auto got = co_await net::read_some(in, chunk);
            EXPECT_TRUE(got);
            if (!got || *got == 0) co_return;
            base::append(all, base::ByteView(chunk).first(*got));
          }
        }(to, received));
    EXPECT_TRUE(received == sent);
  }

  Files own;
  asio::io_context io{1};
  std::unique_ptr<Stream> server;
  crypto::SystemRandom random;
  std::optional<crypto::TrustStore> trust;
  std::unique_ptr<tls::Stream> client;
};

TEST_F(TlsPair, agrees_on_the_protocol_and_the_exported_key) {
  make();
  ASSERT_TRUE(handshake());
  EXPECT_EQ(server->protocol(), "h2");
  EXPECT_EQ(client->protocol(), "h2");
  EXPECT_EQ(*server->exporter("EXPORTER-qnet-site"), *client->exporter("EXPORTER-qnet-site"));
  EXPECT_NE(*server->exporter("EXPORTER-other"), *client->exporter("EXPORTER-qnet-site"));
}

TEST_F(TlsPair, exports_another_key_for_every_connection) {
  make();
  ASSERT_TRUE(handshake());
  const auto first = *client->exporter("x");
  make();
  ASSERT_TRUE(handshake());
  EXPECT_NE(first, *client->exporter("x"));
}

TEST_F(TlsPair, believes_no_other_name_and_no_other_authority) {
  make("other.example.com");
  auto refused = handshake();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(crypto::CertificateErrc::wrong_name)) << refused.error().message();

  const Files stranger;
  make(kName, stranger.files.certificate);
  refused = handshake();
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().is(crypto::CertificateErrc::untrusted)) << refused.error().message();
}

TEST_F(TlsPair, carries_megabytes_and_their_end_both_ways) {
  make();
  ASSERT_TRUE(handshake());
  carry(*server, *client);
  carry(*client, *server);
}

/// OpenSSL's client, on a thread: asks for KeyUpdates, and reads none of the answers.
void flood(const asio::ip::tcp::endpoint& to) {
  asio::io_context io;
  net::tcp::socket socket(io);
  socket.connect(to);
  const timeval longest_wait{1, 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &longest_wait, sizeof(longest_wait));
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context.get()), &SSL_free);
  SSL_set_fd(ssl.get(), static_cast<int>(socket.native_handle()));
  ASSERT_EQ(SSL_connect(ssl.get()), 1);
  bool went = true;
  for (int i = 0; went && i < 1'000'000; ++i)
    went = SSL_key_update(ssl.get(), SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(ssl.get()) == 1;
  EXPECT_FALSE(went) << "the server goes on answering, wherever it puts the answers";
}

TEST_F(TlsPair, a_flood_of_key_updates_leaves_others_their_turn) {
  net::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  std::thread visitor(flood, acceptor.local_endpoint());
  server = std::make_unique<Stream>(std::make_unique<net::TcpStream>(acceptor.accept()),
                                    *server_context(own.files, kName));
  bool others = false;
  asio::steady_timer timer(io, std::chrono::seconds(3));
  asio::co_spawn(
      io,
      [](Stream& from) -> Task<void> {
        EXPECT_TRUE(co_await from.handshake());
        base::Bytes chunk(1000);
        EXPECT_FALSE(co_await net::read_some(from, chunk));
      }(*server),
      asio::detached);
  timer.async_wait([&](const boost::system::error_code&) {
    others = true;
    server->reset();
  });
  io.run();
  visitor.join();
  EXPECT_TRUE(others);
}

TEST_F(TlsPair, fails_when_the_far_end_is_reset) {
  make();
  ASSERT_TRUE(handshake());
  server->reset();
  run([](net::ByteStream& from) -> Task<void> {
    base::Bytes chunk(10);
    const auto got = co_await net::read_some(from, chunk);
    EXPECT_FALSE(got);
  }(*client));
}

}  // namespace
}  // namespace qnet::openssl_tls
