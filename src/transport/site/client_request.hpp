// The client's one request, which turns a TLS connection into a stream of bytes.
#pragma once

#include <memory>

#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "foundation/net/byte_stream.hpp"
#include "transport/site/names.hpp"

namespace qnet::site {

struct ClientRequest {
  std::string host;
  std::uint16_t port = 443;
  Names names;
  std::string token;
};

/// Both put the new stream into `stream`, in place of the connection, as soon as there is one, and send
/// `opening` with the request. not_recognised when the answer is a web site's.
net::Task<base::Result<void>> open_h2(std::unique_ptr<net::ByteStream>& stream, const ClientRequest& request,
                                      base::ByteView opening);
net::Task<base::Result<void>> open_websocket(std::unique_ptr<net::ByteStream>& stream,
                                             const ClientRequest& request, base::ByteView opening,
                                             base::RandomSource& random);

}  // namespace qnet::site
