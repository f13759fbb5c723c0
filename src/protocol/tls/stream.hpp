// One TLS connection over any ByteStream, which looks like a browser's.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "foundation/net/tls_channel.hpp"
#include "protocol/tls/client.hpp"

namespace qnet::tls {

struct StreamLimits {
  /// RFC 8446 §5.1. One record at a time is sealed, so that never more than that waits for the lower stream.
  static constexpr std::size_t record = 16384;
  /// The same with header, type and tag.
  static constexpr std::size_t sealed = 5 + record + 1 + 16;
  /// How much is taken from the lower stream at once.
  static constexpr std::size_t read = std::size_t{64} * 1024;
};

class Stream final : public net::TlsChannel {
 public:
  /// What `config` points at must outlive the handshake.
  Stream(std::unique_ptr<net::ByteStream> lower, Client::Config config, base::RandomSource& random);

  /// Must have succeeded before anything else but reset() and close(). Has no deadline of its own.
  net::Task<base::Result<void>> handshake();
  [[nodiscard]] const Client& client() const { return client_; }

  [[nodiscard]] base::Result<net::TlsExporter> exporter(std::string_view label) override;
  [[nodiscard]] std::string protocol() const override { return client_.flight().alpn; }

  net::Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  net::Task<base::Result<void>> wait_writable() override { return lower_->wait_writable(); }
  [[nodiscard]] std::size_t write_room() const override;
  [[nodiscard]] net::Outgoing outgoing() const override { return lower_->outgoing(); }
  /// Bytes that were refused must be the first of the next call, as some of them may be sealed already.
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  void finish() override;
  void reset() override;
  void close() override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return lower_->executor(); }

 private:
  base::Result<void> receive_some();
  /// False while the lower stream takes no more.
  base::Result<bool> flush();
  void say_end();

  std::unique_ptr<net::ByteStream> lower_;
  Client client_;
  base::Bytes plaintext_;  // decrypted, from `read_` on not yet read
  std::size_t read_ = 0;
  base::Bytes sealed_;  // from `sent_` on not yet taken by `lower_`
  std::size_t sent_ = 0;
  std::size_t stuck_ = 0;  // bytes of the caller's that are sealed, but not all taken by `lower_`
  std::optional<base::Error> error_;
  bool finished_ = false;  // ours was sent, or will never be
};

}  // namespace qnet::tls
