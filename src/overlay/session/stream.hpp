// One stream inside a Session, as a ByteStream.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "foundation/net/breakable_stream.hpp"
#include "foundation/net/signal.hpp"
#include "overlay/session/session.hpp"
#include "protocol/mux/multistream.hpp"

namespace qnet::session {

class Stream final : public net::BreakableStream {
 public:
  ~Stream() override;

  [[nodiscard]] const std::string& protocol() const { return protocol_; }
  /// The same for all streams of one session, and another for every other that lives: to count by, no more.
  [[nodiscard]] const void* session_name() const { return session_.get(); }
  /// Whose session it is, as SessionOptions::party says: to count by, no more. 0: nobody knows.
  [[nodiscard]] std::uint64_t party() const { return session_->party(); }
  /// The peer's identity, and what else the session's link knows of it.
  [[nodiscard]] const link::Facts& facts() const { return session_->facts(); }

  net::Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  [[nodiscard]] base::ByteView peek() override;
  void consume(std::size_t count) override;
  net::Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override;
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  [[nodiscard]] base::MutableBytes prepare() override;
  void commit(std::size_t count) override;
  void finish() override;
  void reset() override;
  void close() override;
  /// A stream breaks when the peer resets it, and when the session ends before it has.
  void on_break(std::function<void()> function) override;
  /// For who must not wait in a coroutine: calls `function` each time that there may be more to read. It must
  /// not read at once. An empty one takes the last one back.
  void on_readable(std::function<void()> function) { on_readable_ = std::move(function); }
  [[nodiscard]] boost::asio::any_io_executor executor() override;

 private:
  friend class Session;
  Stream(std::shared_ptr<Session> session, mux::StreamId id);

  /// Why nothing more can be done here, if so.
  [[nodiscard]] std::optional<base::Error> obstacle() const;
  /// Why nothing more can be written, if so.
  [[nodiscard]] std::optional<base::Error> write_obstacle() const;
  /// Something has come.
  void came();
  /// Wakes all that wait, and calls the function of on_break().
  void broke();
  /// Takes the peer's answer to our protocol name off the front of what it sent.
  base::Result<void> take_answer();

  std::shared_ptr<Session> session_;
  mux::StreamId id_;
  std::string protocol_;
  std::optional<mux::MultistreamInitiator> unanswered_;
  net::Signal readable_;
  net::Signal writable_;
  std::function<void()> on_break_;
  std::function<void()> on_readable_;
  bool was_reset_ = false;
  bool closed_ = false;
  bool waits_for_room_ = false;  // stands in the session's queue
};

}  // namespace qnet::session
