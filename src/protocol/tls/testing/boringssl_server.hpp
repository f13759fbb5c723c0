// boringssl_ech_server as the far end: a process behind a pair of sockets.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "foundation/crypto/self_signed.hpp"
#include "protocol/tls/client.hpp"

namespace qnet::tls::testing {

struct EchKey {
  std::string secret;  ///< in hexadecimal
  int id = 0;
  std::string public_name = "public.example.net";
  int maximum_name = 0;
  [[nodiscard]] std::vector<std::string> arguments() const {
    return {secret, std::to_string(id), public_name, std::to_string(maximum_name)};
  }
};

class Child {
 public:
  explicit Child(std::vector<std::string> arguments) {
    int pair[2], report[2];
    require(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0 && pipe2(report, O_CLOEXEC) == 0);
    socket_ = pair[0];
    report_ = report[0];
    arguments.insert(arguments.begin(), BORINGSSL_ECH_SERVER);
    std::vector<char*> values;
    values.reserve(arguments.size() + 1);
    for (auto& argument : arguments) values.push_back(argument.data());
    values.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 0);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 1);
    posix_spawn_file_actions_adddup2(&actions, report[1], 2);
    const bool started =
        posix_spawn(&process_, BORINGSSL_ECH_SERVER, &actions, nullptr, values.data(), environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    ::close(pair[1]);
    ::close(report[1]);
    require(started);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    (void)finish();
    ::close(socket_);
    ::close(report_);
  }

  void send(base::ByteView bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      require(sent > 0);
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    }
  }
  /// What comes next; empty at the end.
  base::Bytes receive() { return read_some(socket_); }

  /// Says no more, and gives what the program told of itself.
  std::string finish() {
    if (process_ == 0) return {};
    ::shutdown(socket_, SHUT_WR);
    std::string text;
    for (base::Bytes part; !(part = read_some(report_)).empty();) text += base::text_of(part);
    int status = 0;
    waitpid(std::exchange(process_, 0), &status, 0);
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return text;
  }

 private:
  static void require(bool done) {
    if (!done) throw std::runtime_error("the BoringSSL server failed");
  }
  /// A server that hangs must not hang the test.
  static base::Bytes read_some(int from) {
    constexpr int kLongestWait = 30'000;
    pollfd wanted{from, POLLIN, 0};
    require(poll(&wanted, 1, kLongestWait) == 1);
    base::Bytes bytes(16384);
    const auto size = ::read(from, bytes.data(), bytes.size());
    bytes.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return bytes;
  }

  pid_t process_ = 0;
  int socket_ = -1;
  int report_ = -1;
};

/// The ECHConfigList that BoringSSL writes for a key.
[[nodiscard]] inline base::Bytes config_list(const EchKey& key) {
  auto arguments = key.arguments();
  arguments.insert(arguments.begin(), "config");
  Child child(std::move(arguments));
  std::string text;
  for (base::Bytes part; !(part = child.receive()).empty();) text += base::text_of(part);
  return base::from_hex(text.substr(0, text.find('\n'))).value();
}

class BoringsslServer {
 public:
  /// One connection; without a key, one that knows no ECH. The certificate is for `name`.
  BoringsslServer(const std::string& name, const EchKey* key) : child_(arguments(name, key)) {}

  base::Result<void> shake(Client& client) {
    for (;;) {
      child_.send(client.take_output());
      if (client.established()) return {};
      const auto answer = child_.receive();
      if (answer.empty()) throw std::runtime_error("closed: " + child_.finish());
      if (auto taken = client.receive(answer); !taken) {
        child_.send(client.take_output());
        return taken;
      }
    }
  }
  /// What comes back when the client says `text`.
  std::string echo(Client& client, std::string_view text) {
    (void)client.write(base::bytes_of(text));
    child_.send(client.take_output());
    std::string back;
    while (back.size() < text.size()) {
      const auto answer = child_.receive();
      if (answer.empty() || !client.receive(answer)) break;
      back += base::text_of(client.take_plaintext());
    }
    return back;
  }
  std::string report() { return child_.finish(); }

 private:
  static std::vector<std::string> arguments(const std::string& name, const EchKey* key) {
    const auto now = std::chrono::system_clock::now();
    const auto made =
        crypto::self_signed({&name, 1}, now - std::chrono::hours(1), now + std::chrono::hours(1));
    std::vector<std::string> values{"serve", base::to_hex(made->certificate),
                                    base::to_hex(made->private_key.view())};
    if (key != nullptr)
      for (auto& value : key->arguments()) values.push_back(std::move(value));
    return values;
  }

  Child child_;
};

}  // namespace qnet::tls::testing
