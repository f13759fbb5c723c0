// HTTP CONNECT (RFC 9110 §9.3.6) from the proxy's side.
#pragma once

#include <memory>

#include "proxy/credentials.hpp"
#include "proxy/dialogue.hpp"

namespace qnet::proxy {

struct HttpConnectLimits {
  /// Of the request line and all headers.
  static constexpr std::size_t head = 16 * 1024;
};

class HttpConnect final : public Dialogue {
 public:
  explicit HttpConnect(std::optional<Credentials> credentials);
  ~HttpConnect() override;

  void feed(base::ByteView bytes) override;
  [[nodiscard]] base::Bytes reply(mesh::ConnectStatus status) const override;

 private:
  void judge();

  struct Parser;
  std::unique_ptr<Parser> parser_;
  std::optional<Credentials> credentials_;
};

}  // namespace qnet::proxy
