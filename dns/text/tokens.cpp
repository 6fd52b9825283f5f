#include "dns/text/tokens.hpp"

#include "dns/escape.hpp"

#include <optional>

namespace minidns::dns {
namespace {

Error refused(const char* why) {
  return {Errc::bad_rdata, why};
}

bool is_space(char c) {
  return c == ' ' || c == '\t';
}

/// Finds the end of one word.
class WordScanner {
 public:
  WordScanner(std::string_view text, Semicolon semicolon) : text_(text), semicolon_(semicolon) {}

  /// The size of the word that `text` starts with.
  [[nodiscard]] Result<std::size_t> size() {
    while (at_ < text_.size() && (inside_quotes_ || !is_space(text_[at_]))) {
      if (closed_) {
        return refused("there must be white space after a closing quote");
      }
      const char c = text_[at_];
      if (c == '"') {
        if (auto error = quote()) {
          return *error;
        }
      } else if (c == '\\') {
        if (at_ + 1 == text_.size()) {
          return refused("it ends in a backslash");
        }
        ++at_;  // what is escaped opens and closes nothing
      } else if (!inside_quotes_) {
        if (auto error = bare(c)) {
          return *error;
        }
      }
      ++at_;
    }
    if (inside_quotes_) {
      return refused("a quote is not closed");
    }
    return at_;
  }

 private:
  std::optional<Error> quote() {
    if (inside_quotes_) {
      inside_quotes_ = false;
      closed_ = true;
      return std::nullopt;
    }
    if (at_ != 0 && text_[at_ - 1] != '=') {
      return refused("a quote inside a word must be escaped");
    }
    inside_quotes_ = true;
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Error> bare(char c) const {
    if (c == ';' && semicolon_ == Semicolon::refused) {
      return refused("comments are not allowed; a semicolon must be inside quotes or escaped");
    }
    if (c == '(' || c == ')') {
      return refused("parentheses are not allowed outside quotes: a record is one line");
    }
    return std::nullopt;
  }

  std::string_view text_;
  Semicolon semicolon_;
  std::size_t at_ = 0;
  bool inside_quotes_ = false;
  bool closed_ = false;
};

}  // namespace

Result<TokenStream> TokenStream::cut(std::string_view text, Semicolon semicolon) {
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      return refused("line breaks are not allowed: a record is one line");
    }
    if ((static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 127) {
      return refused("control characters must be written as \\DDD");
    }
  }
  TokenStream stream;
  while (true) {
    while (!text.empty() && is_space(text.front())) {
      text.remove_prefix(1);
    }
    if (text.empty()) {
      return stream;
    }
    const auto size = WordScanner(text, semicolon).size();
    if (!size) {
      return size.error();
    }
    stream.tokens_.push_back({text.substr(0, *size), text.front() == '"'});
    text.remove_prefix(*size);
  }
}

Result<Token> TokenStream::take() {
  if (at_end()) {
    return refused("it is missing");
  }
  return tokens_[next_++];
}

Result<std::string_view> TokenStream::take_word() {
  const auto token = take();
  if (!token) {
    return token.error();
  }
  if (token->quoted) {
    return refused("it must not be in quotes");
  }
  return token->text;
}

Result<Name> TokenStream::take_name() {
  const auto word = take_word();
  if (!word) {
    return word.error();
  }
  return origin_ ? name_from_zone_file(*word, *origin_) : Name::from_text(*word);
}

std::string_view TokenStream::take_rest() {
  const char* const begin = tokens_[next_].text.data();
  const char* const end = tokens_.back().text.data() + tokens_.back().text.size();
  next_ = tokens_.size();
  return {begin, end};
}

Result<Name> name_from_zone_file(std::string_view text, const Name& origin) {
  if (text == "@") {
    return origin;
  }
  auto absolute = Name::from_text(text);
  if (absolute || absolute.error().code != Errc::not_absolute) {
    return absolute;
  }
  // The origin's text ends in a dot, so this is absolute.
  return Name::from_text(std::string(text) + "." + (origin.is_root() ? "" : origin.to_text()));
}

bool has_bare_quote(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return true;
    }
  }
  return false;
}

Result<Bytes> unescape(std::string_view text) {
  Bytes octets;
  octets.reserve(text.size());
  while (!text.empty()) {
    if (text.front() != '\\') {
      octets.push_back(static_cast<std::uint8_t>(text.front()));
      text.remove_prefix(1);
      continue;
    }
    const auto escape = read_escape(text);
    if (!escape) {
      return refused(escape.error().detail.c_str());
    }
    octets.push_back(static_cast<std::uint8_t>(escape->octet));
    text.remove_prefix(escape->length);
  }
  return octets;
}

}  // namespace minidns::dns
