"""Names of what is done and seen in the cockpit, at the roadside sender, and while cleaning."""

from collections.abc import Mapping

from harness.text import Text

_SEATS = {
    "passenger": Text("副驾驶", "front passenger"),
    "rear-left": Text("左后", "rear left"),
    "rear-middle": Text("后排中间", "rear middle"),
    "rear-right": Text("右后", "rear right"),
}
_WINDOWS = {
    "fl": Text("左前车窗", "front left window"),
    "fr": Text("右前车窗", "front right window"),
    "rl": Text("左后车窗", "rear left window"),
    "rr": Text("右后车窗", "rear right window"),
}
_BUTTONS = {
    "volume": Text("音量键", "volume button"),
    "voice": Text("语音键", "voice button"),
    "phone": Text("电话键", "telephone button"),
}


def _of(verb: Text, things: Mapping[str, Text], pattern: str) -> dict[str, Text]:
    """One action for each thing; `pattern` gives the id."""
    return {
        pattern.format(name): Text(verb.zh.format(thing.zh), verb.en.format(thing.en))
        for name, thing in things.items()
    }


ACTIONS: Mapping[str, Text] = {
    **_of(Text("按住转向盘{}", "hold the {}"), _BUTTONS, "press-{}-button"),
    "let-go-of-button": Text("松开转向盘按键", "let go of the button"),
    "sit-on-driver-seat": Text("坐到驾驶座", "sit on the driver's seat"),
    "leave-driver-seat": Text("离开驾驶座", "leave the driver's seat"),
    "sit-on-passenger-seat": Text("坐到副驾驶座", "sit on the passenger's seat"),
    "leave-passenger-seat": Text("离开副驾驶座", "leave the passenger's seat"),
    **_of(Text("系上{}安全带", "fasten the {} belt"), _SEATS, "fasten-{}-belt"),
    **_of(Text("解开{}安全带", "release the {} belt"), _SEATS, "release-{}-belt"),
    **_of(Text("降下{}", "open the {}"), _WINDOWS, "open-window-{}"),
    **_of(Text("升起{}", "close the {}"), _WINDOWS, "close-window-{}"),
    "cover-driver-camera": Text("遮住驾驶员监测摄像头", "cover the driver monitor's camera"),
    "uncover-driver-camera": Text(
        "移开驾驶员监测摄像头遮挡", "uncover the driver monitor's camera"
    ),
    "send-roadside-map": Text("路侧发送端发地图消息", "roadside sender: send the map"),
    "send-roadside-signal": Text("路侧发送端发信号灯消息", "roadside sender: send the light"),
    "clean-inside": Text("车内保洁", "clean the inside"),
    "clean-outside": Text("车外保洁", "clean the outside"),
}
LOOKS: Mapping[str, Text] = {
    "sound-outside": Text("车外听到的提示音", "warning sound as heard outside"),
}
