#pragma once

#include "base/bytes.hpp"
#include "dns/error.hpp"
#include "dns/name.hpp"

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace minidns::dns {

/// A word of RDATA text as it stands there, escapes and quotes included.
struct Token {
  std::string_view text;
  bool quoted;  ///< the whole word is in quotes

  /// Without the quotes around it, escapes left as they are.
  [[nodiscard]] std::string_view inner() const { return quoted ? text.substr(1, text.size() - 2) : text; }
};

/// What an unquoted `;` is. In a zone file it starts a comment, so it is refused where nothing else was meant.
enum class Semicolon { refused, text };

/// The words of one record's RDATA, front to back. The text was checked when it was cut: one line, no control octets,
/// no comment, no parentheses, quotes closed.
class TokenStream {
 public:
  /// Words are separated by spaces and tabs. A quote may open at the start of a word or after `=` (RFC 9460 §2.1), and
  /// the word ends where it closes.
  [[nodiscard]] static Result<TokenStream> cut(std::string_view text, Semicolon semicolon);

  /// From now on names may be relative to `origin`, as in a zone file.
  void set_origin(const Name& origin) { origin_ = origin; }

  [[nodiscard]] bool at_end() const { return next_ == tokens_.size(); }
  [[nodiscard]] std::size_t remaining() const { return tokens_.size() - next_; }
  /// The next word, whatever it is; an error at the end.
  [[nodiscard]] Result<Token> take();
  /// The next word, which must have no quotes.
  [[nodiscard]] Result<std::string_view> take_word();
  /// The next word as a name; absolute unless there is an origin.
  [[nodiscard]] Result<Name> take_name();
  /// What is left, from the start of the next word to the end of the last one. Must not be at the end.
  [[nodiscard]] std::string_view take_rest();

 private:
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
  std::optional<Name> origin_;
};

/// A name of a zone file (RFC 1035 §5.1): `@` is the origin, one without a trailing dot is relative to it.
[[nodiscard]] Result<Name> name_from_zone_file(std::string_view text, const Name& origin);

/// Whether there is a quote that isn't escaped.
[[nodiscard]] bool has_bare_quote(std::string_view text);

/// The octets of text with `\DDD` and `\X` escapes (RFC 1035 §5.1).
[[nodiscard]] Result<Bytes> unescape(std::string_view text);

}  // namespace minidns::dns
