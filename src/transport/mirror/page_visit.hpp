// The visit of a page as a browser makes it: TLS, one request, and the response as far as it comes. No I/O.
// A client ends so what it began on a connection whose far end is an ordinary web server.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "foundation/crypto/certificate.hpp"
#include "protocol/client_hello/page_request.hpp"
#include "protocol/h2/engine.hpp"
#include "protocol/tls/client.hpp"

namespace qnet::mirror {

struct PageLimits {
  /// Of the response, frames of HTTP/2 included. Few pages have more without their pictures.
  static constexpr std::size_t page = std::size_t{16} * 1024 * 1024;
};

/// Send what take_output() gives, feed what comes to receive().
class PageVisit {
 public:
  /// The client's hello was sent. `authority` is the server's name, with its port where that is not 443;
  /// `trust` is what the client's config points at, and may be null.
  PageVisit(tls::Client client, client_hello::PageRequest page, std::string authority,
            std::shared_ptr<const crypto::TrustStore> trust);

  /// After an error send what take_output() gives, and close.
  [[nodiscard]] base::Result<void> receive(base::ByteView bytes);
  [[nodiscard]] base::Bytes take_output() { return client_.take_output(); }

  /// The request was sent, or is in take_output().
  [[nodiscard]] bool asked() const { return asked_; }
  /// The server has said that it says no more.
  [[nodiscard]] bool ended() const { return client_.ended(); }

 private:
  base::Result<void> ask();
  base::Result<void> ask_http1();
  base::Result<void> ask_http2();
  base::Result<void> take_frames(base::ByteView bytes);
  base::Result<void> write_frames();

  std::shared_ptr<const crypto::TrustStore> trust_;
  tls::Client client_;
  client_hello::PageRequest page_;
  std::string authority_;
  std::unique_ptr<h2::Engine> http2_;  // where the server chose that
  std::size_t received_ = 0;
  bool asked_ = false;
};

}  // namespace qnet::mirror
