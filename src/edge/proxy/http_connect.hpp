// HTTP CONNECT (RFC 9110 §9.3.6) from the proxy's side.
#pragma once

#include <optional>

#include "edge/proxy/credentials.hpp"
#include "edge/proxy/dialogue.hpp"

namespace qnet::proxy {

struct HttpConnectLimits {
  /// Of the request line and all headers, with the empty line: what most servers take. Browsers send under 1
  /// KiB.
  static constexpr std::size_t head = 16U * 1024;
};

/// Judges the head once it is whole. A refusal says in its body, to a person, what to do.
class HttpConnect final : public Dialogue {
 public:
  /// Without credentials anybody may come in. Of a Proxy-Authorization then only the wishes in the user name
  /// count (preference.hpp).
  explicit HttpConnect(std::optional<Credentials> credentials) : credentials_(std::move(credentials)) {}

  [[nodiscard]] base::Bytes reply(peer::ConnectStatus status) const override;

 private:
  void advance() override;

  std::optional<Credentials> credentials_;
  std::size_t searched_ = 0;  // of the input, for the head's end
};

}  // namespace qnet::proxy
