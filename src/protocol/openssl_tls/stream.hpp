// The server's side of a TLS connection over any ByteStream, spoken by OpenSSL.
#pragma once

#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "foundation/net/tls_channel.hpp"
#include "protocol/openssl_tls/context.hpp"

namespace qnet::openssl_tls {

class Stream final : public net::TlsChannel {
 public:
  Stream(std::unique_ptr<net::ByteStream> lower, const Context& context);
  ~Stream() override;

  /// Must have succeeded before anything else but reset() and close(). Has no deadline of its own.
  net::Task<base::Result<void>> handshake();

  [[nodiscard]] base::Result<net::TlsExporter> exporter(std::string_view label) override;
  [[nodiscard]] std::string protocol() const override;

  net::Task<base::Result<void>> wait_readable() override;
  base::Result<std::size_t> try_read(base::MutableBytes out) override;
  net::Task<base::Result<void>> wait_writable() override;
  [[nodiscard]] std::size_t write_room() const override;
  [[nodiscard]] net::Outgoing outgoing() const override { return lower_->outgoing(); }
  /// Bytes that were refused must be the first of the next call, as OpenSSL may have sealed them.
  base::Result<std::size_t> try_write(base::ByteView bytes) override;
  void finish() override;
  void reset() override;
  void close() override;
  [[nodiscard]] boost::asio::any_io_executor executor() override { return lower_->executor(); }

 private:
  static BIO_METHOD* bio_method();
  static int bio_read(BIO* bio, char* out, int size);
  static int bio_write(BIO* bio, const char* bytes, int size);
  static long bio_control(BIO* bio, int command, long, void*);
  void attach();
  void say_end();
  [[nodiscard]] base::Error failure(Errc code);

  std::unique_ptr<net::ByteStream> lower_;
  Context context_;
  std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
  std::optional<base::Error> lower_error_;
  bool ended_ = false;  // `lower_` is at its end
  /// What the next try_read() waits for.
  enum class Waits { nothing, readable, writable, turn } waits_ = Waits::nothing;
  std::size_t budget_ =
      std::numeric_limits<std::size_t>::max();  // of bytes that OpenSSL may take from `lower_`
  bool finished_ = false;                       // close_notify was sent, or will never be
  std::size_t stuck_ = 0;                       // sealed, but not yet taken by `lower_`
};

}  // namespace qnet::openssl_tls
