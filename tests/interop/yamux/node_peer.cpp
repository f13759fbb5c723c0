#include "node_peer.hpp"

#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <arpa/inet.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <stdexcept>
#include <thread>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace qnet::mux::testing {

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* what) { throw std::runtime_error(what); }

}  // namespace

void NodePeer::Socket::close() {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

NodePeer::NodePeer(Role role) : mux_(role, Limits{}) { accept_node(role); }

NodePeer::~NodePeer() {
  if (process_ > 0) {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
}

void NodePeer::accept_node(Role role) {
  const Socket listener{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);  // NOLINT: the sockets API
  socklen_t size = sizeof address;
  if (::bind(listener.descriptor, generic, size) != 0 || ::listen(listener.descriptor, 1) != 0 ||
      ::getsockname(listener.descriptor, generic, &size) != 0)
    give_up("cannot listen on loopback");

  std::string node = "node";
  std::string script = QNET_YAMUX_PEER;
  std::string port = std::to_string(ntohs(address.sin_port));
  std::string direction = role == Role::initiator ? "inbound" : "outbound";
  std::array<char*, 5> words{node.data(), script.data(), port.data(), direction.data(), nullptr};
  if (::posix_spawnp(&process_, "node", nullptr, nullptr, words.data(), environ) != 0)
    give_up("cannot start node");

  pollfd wait{listener.descriptor, POLLIN, 0};
  if (::poll(&wait, 1, 30'000) != 1) give_up("node did not connect");
  socket_.descriptor = ::accept4(listener.descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket_.descriptor < 0) give_up("cannot accept");
}

bool NodePeer::run_until(const std::function<bool()>& done, int seconds) {
  const auto end = Clock::now() + std::chrono::seconds(seconds);
  while (!done()) {
    if (Clock::now() > end || !move_bytes(std::chrono::milliseconds(50))) return done();
  }
  return true;
}

bool NodePeer::move_bytes(std::chrono::milliseconds longest_wait) {
  if (ended_) return false;
  if (sent_ == out_.size()) {
    out_.resize(256 * 1024);
    out_.resize(mux_.pull(out_));
    sent_ = 0;
  }
  pollfd ready{socket_.descriptor, static_cast<short>(sent_ < out_.size() ? POLLIN | POLLOUT : POLLIN), 0};
  ::poll(&ready, 1, static_cast<int>(longest_wait.count()));
  if ((ready.revents & POLLOUT) != 0) {
    const auto rest = base::ByteView(out_).subspan(sent_);
    const auto count = ::send(socket_.descriptor, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (count > 0) sent_ += static_cast<std::size_t>(count);
  }
  if ((ready.revents & (POLLIN | POLLHUP)) != 0) {
    std::array<std::uint8_t, 65536> chunk{};
    const auto count = ::recv(socket_.descriptor, chunk.data(), chunk.size(), 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) ended_ = true;
    if (count > 0 &&
        !mux_.receive(base::ByteView(chunk).first(static_cast<std::size_t>(count)), Clock::now()))
      ended_ = true;
  }
  take_events();
  echo_what_came();
  return true;
}

void NodePeer::take_events() {
  while (const auto event = mux_.next_event()) {
    if (event->kind == Event::Kind::opened) {
      opened_.insert(event->stream);
      if (echo_streams) echoing_.insert(event->stream);
    } else if (event->kind == Event::Kind::reset) {
      resets_.insert(event->stream);
      echoing_.erase(event->stream);
    }
  }
}

void NodePeer::echo_what_came() {
  for (auto at = echoing_.begin(); at != echoing_.end();) {
    const auto stream = *at;
    mux_.consume(stream, mux_.send(stream, mux_.peek(stream)));
    if (mux_.at_end(stream)) {
      mux_.finish(stream);
      at = echoing_.erase(at);
    } else {
      ++at;
    }
  }
}

std::string NodePeer::ask(const std::string& question) {
  const auto stream = mux_.open();
  if (!stream) give_up("cannot open a stream");
  mux_.send(*stream, base::bytes_of(question));
  mux_.finish(*stream);
  std::string answer;
  const auto answered = run_until([&] {
    const auto view = mux_.peek(*stream);
    answer += base::text_of(view);
    mux_.consume(*stream, view.size());
    return mux_.at_end(*stream) || was_reset(*stream);
  });
  if (!answered) give_up("no answer from node");
  return answer;
}

int NodePeer::exit_code() {
  socket_.close();
  int status = 0;
  for (const auto end = Clock::now() + std::chrono::seconds(10); Clock::now() < end;) {
    if (::waitpid(process_, &status, WNOHANG) == process_) {
      process_ = -1;
      return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return -1;
}

}  // namespace qnet::mux::testing
