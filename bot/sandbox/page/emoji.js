/** Emoji shortcodes that bots and people commonly use; an unknown one stays as it was typed, as in Slack. */

const TABLE = `hourglass_flowing_sand ⏳ hourglass ⌛ white_check_mark ✅ heavy_check_mark ✔️ no_entry ⛔ no_entry_sign 🚫 warning ⚠️
repeat 🔁 arrows_counterclockwise 🔄 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 eyes 👀 eye 👁️ key 🔑
old_key 🗝️ closed_lock_with_key 🔐 lock 🔒 unlock 🔓 moneybag 💰 money_with_wings 💸 dollar 💵 credit_card 💳 bell 🔔 no_bell 🔕
tada 🎉 rocket 🚀 x ❌ heavy_multiplication_x ✖️ question ❓ exclamation ❗ information_source ℹ️ bulb 💡 wave 👋 thumbsup 👍 +1 👍
thumbsdown 👎 -1 👎 ok_hand 👌 clap 👏 pray 🙏 muscle 💪 point_right 👉 point_left 👈 point_up ☝️ point_down 👇 raised_hand ✋
red_circle 🔴 large_yellow_circle 🟡 large_green_circle 🟢 large_orange_circle 🟠 large_blue_circle 🔵 white_circle ⚪ black_circle ⚫
small_red_triangle 🔺 small_red_triangle_down 🔻 arrow_up ⬆️ arrow_down ⬇️ arrow_right ➡️ arrow_left ⬅️ calendar 📆 date 📅 clock9 🕘
clock3 🕒 alarm_clock ⏰ stopwatch ⏱️ zzz 💤 email 📧 envelope ✉️ inbox_tray 📥 outbox_tray 📤 memo 📝 pencil ✏️ pencil2 ✏️ clipboard 📋
page_facing_up 📄 file_folder 📁 link 🔗 paperclip 📎 pushpin 📌 mag 🔍 gear ⚙️ wrench 🔧 hammer 🔨 hammer_and_wrench 🛠️ robot_face 🤖
bust_in_silhouette 👤 busts_in_silhouette 👥 shield 🛡️ siren 🚨 rotating_light 🚨 fire 🔥 boom 💥 sparkles ✨ star ⭐ heart ❤️ broken_heart 💔
smile 😄 slightly_smiling_face 🙂 joy 😂 sweat_smile 😅 thinking_face 🤔 cry 😢 sob 😭 neutral_face 😐 confused 😕 grin 😁 wink 😉
sunglasses 😎 scream 😱 facepalm 🤦 shrug 🤷 party_popper 🎉 recycle ♻️ wastebasket 🗑️ construction 🚧 checkered_flag 🏁 package 📦
large_green_square 🟩 large_red_square 🟥 black_small_square ▪️ seedling 🌱 sunrise 🌅 newspaper 📰 speech_balloon 💬 hand ✋ ok 🆗 new 🆕
one 1️⃣ two 2️⃣ three 3️⃣ leftwards_arrow_with_hook ↩️ arrow_right_hook ↪️ fast_forward ⏩ heavy_plus_sign ➕ heavy_minus_sign ➖`;

const words = TABLE.split(/\s+/);
const BY_NAME = new Map();
for (let at = 0; at + 1 < words.length; at += 2) BY_NAME.set(words[at], words[at + 1]);

/** The character for a shortcode without colons, or null. */
export const emoji = (name) => BY_NAME.get(name.replace(/::skin-tone-\d$/, "")) ?? null;

/** Replace every known `:shortcode:` in plain text. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+(?:::skin-tone-\d)?):/g, (whole, name) => emoji(name) ?? whole);
}
