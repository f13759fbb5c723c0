// For tests: a name server on loopback that answers, over UDP and TCP, what a function says.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "foundation/base/bytes.hpp"
#include "foundation/ip/ip_address.hpp"

namespace qnet::dns::testing {

namespace asio = boost::asio;

inline ip::IpAddress ip(const char* text) { return ip::IpAddress::parse(text).value(); }

struct DnsReply {
  std::vector<ip::IpAddress> addresses = {};  ///< those of the family asked for are sent
  int rcode = 0;                              ///< 2 SERVFAIL, 3 NXDOMAIN
  std::uint32_t ttl = 30;
  bool truncated = false;                       ///< over UDP: "ask by TCP"
  std::string alias = {};                       ///< a CNAME in front of the addresses
  std::optional<base::Bytes> raw = {};          ///< this in place of an answer
  std::optional<base::Bytes> raw_records = {};  ///< these behind a good head, in place of records
  std::chrono::milliseconds delay{0};
};

/// Runs on the test's io_context until stop().
class DnsServer {
 public:
  struct Question {
    std::string name;
    bool v6;
    bool over_tcp;
  };
  /// Nothing for silence.
  using Zone = std::function<std::optional<DnsReply>(const Question&)>;

  DnsServer(asio::io_context& io, Zone zone)
      : state_(std::make_shared<State>(State{asio::ip::udp::socket(io, {asio::ip::address_v4::loopback(), 0}),
                                             asio::ip::tcp::acceptor(io),
                                             std::move(zone),
                                             {},
                                             {}})) {
    // Somebody else's connection may have the UDP port's number over TCP; then another is tried.
    for (int attempt = 0; !listen_over_tcp(); ++attempt) {
      if (attempt == 20) throw std::runtime_error("no port is free over both UDP and TCP");
      state_->udp = asio::ip::udp::socket(io, {asio::ip::address_v4::loopback(), 0});
    }
    asio::co_spawn(io, serve_udp(state_), asio::detached);
    asio::co_spawn(io, serve_tcp(state_), asio::detached);
  }
  DnsServer(const DnsServer&) = delete;
  DnsServer& operator=(const DnsServer&) = delete;
  ~DnsServer() { stop(); }

  [[nodiscard]] asio::ip::udp::endpoint endpoint() const { return state_->udp.local_endpoint(); }
  [[nodiscard]] const std::vector<Question>& questions() const { return state_->questions; }
  /// Where questions came from, over UDP.
  [[nodiscard]] const std::vector<asio::ip::udp::endpoint>& askers() const { return state_->askers; }

  void stop() {
    boost::system::error_code ignored;
    state_->udp.close(ignored);
    state_->acceptor.close(ignored);
  }

 private:
  bool listen_over_tcp() {
    boost::system::error_code error;
    auto& acceptor = state_->acceptor;
    if (acceptor.is_open()) acceptor.close(error);
    acceptor.open(asio::ip::tcp::v4());
    acceptor.set_option(asio::socket_base::reuse_address(true));
    acceptor.bind({asio::ip::address_v4::loopback(), endpoint().port()}, error);
    if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
    return !error;
  }

  static constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

  struct State {
    asio::ip::udp::socket udp;
    asio::ip::tcp::acceptor acceptor;
    Zone zone;
    std::vector<Question> questions;
    std::vector<asio::ip::udp::endpoint> askers;
  };

  static void put16(base::Bytes& to, std::size_t value) {
    to.push_back(static_cast<std::uint8_t>(value >> 8));
    to.push_back(static_cast<std::uint8_t>(value & 0xff));
  }

  // The question's name, and where the question ends.
  static std::pair<Question, std::size_t> parse(base::ByteView query, bool over_tcp) {
    Question question{{}, false, over_tcp};
    std::size_t at = 12;
    while (query[at] != 0) {
      if (!question.name.empty()) question.name += '.';
      question.name += base::text_of(query.subspan(at + 1, query[at]));
      at += 1U + query[at];
    }
    question.v6 = query[at + 2] == 28;
    return {std::move(question), at + 5};
  }

  static void put_record(base::Bytes& to, std::size_t name_at, std::size_t type, std::uint32_t ttl,
                         base::ByteView data) {
    put16(to, 0xc000 | name_at);
    put16(to, type);
    put16(to, 1);
    put16(to, ttl >> 16);
    put16(to, ttl & 0xffff);
    put16(to, data.size());
    base::append(to, data);
  }

  static base::Bytes encode(base::ByteView query, std::size_t question_end, const Question& question,
                            const DnsReply& reply) {
    if (reply.raw) return *reply.raw;
    const bool cut = reply.truncated && !question.over_tcp;
    base::Bytes records;
    std::size_t count = 0;
    std::size_t owner = 12;
    if (!reply.alias.empty()) {
      base::Bytes alias;
      for (std::size_t start = 0; start <= reply.alias.size();) {
        const auto end = std::min(reply.alias.find('.', start), reply.alias.size());
        alias.push_back(static_cast<std::uint8_t>(end - start));
        base::append(alias, base::bytes_of(reply.alias).subspan(start, end - start));
        start = end + 1;
      }
      alias.push_back(0);
      put_record(records, owner, 5, reply.ttl, alias);
      owner = question_end + 12;  // the alias, behind the record's own head
      ++count;
    }
    for (const auto& address : reply.addresses) {
      if (cut || address.is_v4() == question.v6) continue;
      put_record(records, owner, question.v6 ? 28 : 1, reply.ttl, address.bytes());
      ++count;
    }
    if (reply.raw_records) {
      records = *reply.raw_records;
      count = 3;
    }
    base::Bytes answer(query.begin(), query.begin() + 2);
    put16(answer, 0x8180U | (cut ? 0x0200U : 0U) | static_cast<unsigned>(reply.rcode));
    put16(answer, 1);
    put16(answer, count);
    put16(answer, 0);
    put16(answer, 0);
    base::append(answer, query.subspan(12, question_end - 12));
    base::append(answer, records);
    return answer;
  }

  static asio::awaitable<void> serve_udp(std::shared_ptr<State> state) {
    base::Bytes query(1500);
    for (;;) {
      asio::ip::udp::endpoint from;
      const auto [error, size] = co_await state->udp.async_receive_from(asio::buffer(query), from, kAwait);
      if (error) co_return;
      state->askers.push_back(from);
      asio::co_spawn(
          state->udp.get_executor(),
          answer_udp(state, from,
                     base::Bytes(query.begin(), query.begin() + static_cast<std::ptrdiff_t>(size))),
          asio::detached);
    }
  }

  static asio::awaitable<void> answer_udp(std::shared_ptr<State> state, asio::ip::udp::endpoint to,
                                          base::Bytes query) {
    const auto answer = co_await answer_for(state, std::move(query), false);
    if (answer && state->udp.is_open()) co_await state->udp.async_send_to(asio::buffer(*answer), to, kAwait);
  }

  static asio::awaitable<std::optional<base::Bytes>> answer_for(std::shared_ptr<State> state,
                                                                base::Bytes query, bool over_tcp) {
    const auto [question, end] = parse(query, over_tcp);
    state->questions.push_back(question);
    const auto reply = state->zone(question);
    if (!reply) co_return std::nullopt;
    if (reply->delay.count() > 0) {
      asio::steady_timer delay(state->udp.get_executor(), reply->delay);
      co_await delay.async_wait(kAwait);
    }
    co_return encode(query, end, question, *reply);
  }

  static asio::awaitable<void> serve_tcp(std::shared_ptr<State> state) {
    for (;;) {
      auto [error, socket] = co_await state->acceptor.async_accept(kAwait);
      if (error) co_return;
      asio::co_spawn(state->acceptor.get_executor(), answer_tcp(state, std::move(socket)), asio::detached);
    }
  }

  static asio::awaitable<void> answer_tcp(std::shared_ptr<State> state, asio::ip::tcp::socket socket) {
    for (;;) {
      base::Bytes head(2);
      if (const auto [error, size] = co_await asio::async_read(socket, asio::buffer(head), kAwait); error)
        co_return;
      base::Bytes query(static_cast<std::size_t>(head[0]) << 8 | head[1]);
      if (const auto [error, size] = co_await asio::async_read(socket, asio::buffer(query), kAwait); error)
        co_return;
      const auto answer = co_await answer_for(state, std::move(query), true);
      if (!answer) continue;
      base::Bytes framed;
      put16(framed, answer->size());
      base::append(framed, *answer);
      if (const auto [error, size] = co_await asio::async_write(socket, asio::buffer(framed), kAwait); error)
        co_return;
    }
  }

  std::shared_ptr<State> state_;
};

}  // namespace qnet::dns::testing
