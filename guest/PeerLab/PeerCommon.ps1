# What the guest's entry and the preparation share: failures, JSON, facts about the machine, checked input.
# Only definitions: this file is dot-sourced by PeerLab.psm1 and put in front of the preparation.

$script:ContractVersion = 1
$script:GuestDirectory = 'C:/ProgramData/PeerLab'

function New-PeerFailure {
    <#
    .SYNOPSIS
    An exception with a stable code, a sentence and a hint; to be thrown. No secret belongs into any of them.
    #>
    param(
        [Parameter(Mandatory = $true)][string]$Code,
        [Parameter(Mandatory = $true)][string]$Message,
        [Parameter(Mandatory = $true)][string]$Hint,
        [string]$HResult
    )
    $exception = New-Object -TypeName System.InvalidOperationException -ArgumentList $Message
    $exception.Data['PeerLab.Code'] = $Code
    $exception.Data['PeerLab.Message'] = $Message
    $exception.Data['PeerLab.Hint'] = $Hint
    if ($HResult) {
        $exception.Data['PeerLab.HResult'] = $HResult
    }
    return $exception
}

function ConvertTo-GuestFailure {
    <#
    .SYNOPSIS
    The failure object of the contract for an error record, whatever it came from.
    .PARAMETER Secret
    Texts that must not appear: an unexpected error of PowerShell quotes the values it stumbled over.
    #>
    param(
        [Parameter(Mandatory = $true)][System.Management.Automation.ErrorRecord]$ErrorRecord,
        [string[]]$Secret = @()
    )
    # A failing .NET call arrives wrapped in a MethodInvocationException.
    $exception = $ErrorRecord.Exception
    while ($null -ne $exception) {
        if ($exception.Data.Contains('PeerLab.Code')) {
            $failure = [ordered]@{ code = [string]$exception.Data['PeerLab.Code'] }
            if ($exception.Data.Contains('PeerLab.HResult')) {
                $failure['hresult'] = [string]$exception.Data['PeerLab.HResult']
            }
            $failure['message'] = [string]$exception.Data['PeerLab.Message']
            $failure['hint'] = [string]$exception.Data['PeerLab.Hint']
            return $failure
        }
        $exception = $exception.InnerException
    }
    $text = $ErrorRecord.Exception.Message
    foreach ($value in $Secret) {
        if ($value) {
            $text = $text.Replace($value, '***')
        }
    }
    # A quoted value may be cut short, and then a replacement misses it: where there are secrets, long texts are left out.
    if ($Secret.Count -gt 0 -and $text.Length -gt 300) {
        $text = '(text left out)'
    }
    $place = ''
    if ($ErrorRecord.InvocationInfo -and $ErrorRecord.InvocationInfo.ScriptName) {
        $place = ' at {0}:{1}' -f (Split-Path -Path $ErrorRecord.InvocationInfo.ScriptName -Leaf), $ErrorRecord.InvocationInfo.ScriptLineNumber
    }
    return [ordered]@{
        code    = 'Unexpected'
        message = '{0}{1}: {2}' -f $ErrorRecord.Exception.GetType().Name, $place, $text
        hint    = 'Run the action by hand on the machine, with the same request on standard input, and read the whole error.'
    }
}

function ConvertTo-AsciiJson {
    <#
    .SYNOPSIS
    One line of JSON in ASCII: everything else as \u escapes, since the output goes through the OEM code page.
    #>
    param([Parameter(Mandatory = $true)][AllowNull()][object]$Value)
    $json = ConvertTo-Json -InputObject $Value -Depth 12 -Compress
    return [regex]::Replace($json, '[^\x20-\x7e]', {
            param($match)
            '\u{0:x4}' -f [int][char]$match.Value
        })
}

function Get-ShellPath {
    <#
    .SYNOPSIS
    The program that tasks run: Windows PowerShell, which every image has.
    #>
    param()
    return (Join-Path -Path $env:windir -ChildPath 'System32\WindowsPowerShell\v1.0\powershell.exe')
}

function Get-CurrentAccount {
    <#
    .SYNOPSIS
    The user of this process: Name (machine and user), User (without the machine), Sid (SecurityIdentifier).
    #>
    param()
    $identity = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    return [pscustomobject]@{ Name = $identity.Name; User = [Environment]::UserName; Sid = $identity.User }
}

function ConvertTo-UtcText {
    <#
    .SYNOPSIS
    A time in the form of the contract: ISO 8601, UTC, whole seconds.
    #>
    param([Parameter(Mandatory = $true)][DateTime]$Time)
    return $Time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [System.Globalization.CultureInfo]::InvariantCulture)
}

function Get-MetadataText {
    <#
    .SYNOPSIS
    What Azure's instance metadata service says of this machine under a name; an empty text where it does not answer.
    .PARAMETER Name
    A name below `compute`, such as vmId.
    #>
    param([Parameter(Mandatory = $true)][string]$Name)
    try {
        $request = [System.Net.WebRequest]::Create(('http://169.254.169.254/metadata/instance/compute/{0}?api-version=2021-02-01&format=text' -f $Name))
        $request.Headers['Metadata'] = 'true'
        # The service refuses proxied requests, and a configured proxy would hang where it cannot reach it.
        $request.Proxy = $null
        $request.Timeout = 3000
        $response = $request.GetResponse()
        try {
            $reader = New-Object -TypeName System.IO.StreamReader -ArgumentList $response.GetResponseStream()
            return $reader.ReadToEnd().Trim()
        }
        finally {
            $response.Close()
        }
    }
    catch {
        Write-Verbose -Message 'The instance metadata service does not answer.'
    }
    return ''
}

function Get-MachineInstance {
    <#
    .SYNOPSIS
    Azure's vmId of this machine in small letters, from the instance metadata service, else from the SMBIOS; empty where
    neither answers.
    #>
    param()
    $form = '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    $text = (Get-MetadataText -Name 'vmId').ToLowerInvariant()
    if ($text -match $form) {
        return $text
    }
    try {
        $product = Get-CimInstance -ClassName Win32_ComputerSystemProduct -ErrorAction Stop
        $text = ([string]$product.UUID).Trim().ToLowerInvariant()
        if ($text -match $form) {
            return $text
        }
    }
    catch {
        Write-Verbose -Message 'The SMBIOS does not tell either.'
    }
    return ''
}

function Get-MachineFact {
    <#
    .SYNOPSIS
    The fields that every answer carries.
    #>
    param([string]$Instance = (Get-MachineInstance))
    $windows = Get-ItemProperty -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
    return [ordered]@{
        contract     = $script:ContractVersion
        computerName = [string]$env:COMPUTERNAME
        instance     = $Instance
        osBuild      = '{0}.{1}.{2}.{3}' -f $windows.CurrentMajorVersionNumber, $windows.CurrentMinorVersionNumber, $windows.CurrentBuildNumber, $windows.UBR
    }
}

function Add-JsonValue {
    <#
    .SYNOPSIS
    Puts a value out of ConvertFrom-Json into a dictionary or list as plain .NET values: dictionaries with case-sensitive
    names, lists of object, texts, numbers.
    .DESCRIPTION
    It writes nothing to the pipeline, which would take a list of one element apart and wrap every value. A text that
    PowerShell took for a date is refused by name: what it was cannot be had back.
    #>
    param([object]$Container, [object]$Key, [AllowNull()][object]$Value, [string]$Path)
    if ($null -eq $Value) {
        $Container[$Key] = $null
    }
    elseif ($Value -is [System.Management.Automation.PSCustomObject]) {
        $Container[$Key] = [System.Collections.Generic.Dictionary[string, object]]::new([System.StringComparer]::Ordinal)
        foreach ($property in $Value.PSObject.Properties) {
            Add-JsonValue -Container $Container[$Key] -Key $property.Name -Value $property.Value -Path ('{0}.{1}' -f $Path, $property.Name)
        }
    }
    elseif ($Value -is [array]) {
        $Container[$Key] = [object[]]::new($Value.Count)
        for ($i = 0; $i -lt $Value.Count; $i++) {
            Add-JsonValue -Container $Container[$Key] -Key $i -Value $Value[$i] -Path ('{0}[{1}]' -f $Path, $i)
        }
    }
    elseif ($Value -is [DateTime]) {
        throw (New-PeerFailure -Code 'InvalidRequest' -Message ('{0}: this version of PowerShell takes the text for a date and changes it.' -f $Path.TrimStart('.')) -Hint 'Run the preparation with Windows PowerShell 5.1.')
    }
    else {
        $Container[$Key] = $Value.PSObject.BaseObject
    }
}

function ConvertFrom-JsonText {
    <#
    .SYNOPSIS
    The object of a JSON text as a dictionary with case-sensitive names (Dictionary of string and object, nested); null
    where the text is not one JSON object.
    .DESCRIPTION
    By the reader of the C# files where they are loaded: ConvertFrom-Json takes some texts for dates, in each version of
    PowerShell others. The preparation, which has none of them, refuses such a text by name.
    #>
    param([Parameter(Mandatory = $true)][AllowNull()][AllowEmptyString()][string]$Text)
    # PowerShell 7 would take a list of one object for the object.
    if ($Text -notmatch '^\s*\{') {
        return $null
    }
    try {
        if ($null -ne ('PeerLab.PeerJson' -as [type])) {
            return [PeerLab.PeerJson]::Read($Text)
        }
        $document = ConvertFrom-Json -InputObject $Text
    }
    catch {
        # The error quotes the text, which may carry a secret.
        return $null
    }
    if ($document -isnot [System.Management.Automation.PSCustomObject]) {
        return $null
    }
    $holder = @{}
    Add-JsonValue -Container $holder -Key 'document' -Value $document -Path ''
    return $holder['document']
}

function Get-Field {
    <#
    .SYNOPSIS
    A field of an object out of ConvertFrom-JsonText; null where it is absent or null, and where there is no object.
    #>
    param([AllowNull()][object]$Object, [Parameter(Mandatory = $true)][string]$Name)
    if ($Object -isnot [System.Collections.Generic.Dictionary[string, object]] -or -not $Object.ContainsKey($Name)) {
        return $null
    }
    # The comma keeps an array of one element an array; callers must not wrap the result in @() again.
    if ($Object[$Name] -is [array]) {
        return , $Object[$Name]
    }
    return $Object[$Name]
}

function New-RequestFailure {
    <#
    .SYNOPSIS
    InvalidRequest for one field. Names the kind of what was received, never its content: it may be a secret.
    #>
    param([string]$Path, [AllowNull()][object]$Value, [string]$Allowed)
    $received = 'a number'
    if ($null -eq $Value) {
        $received = 'nothing'
    }
    elseif ($Value -is [string]) {
        $received = 'a text of {0} characters' -f $Value.Length
    }
    elseif ($Value -is [bool]) {
        $received = 'true or false'
    }
    elseif ($Value -is [array]) {
        $received = 'a list of {0}' -f $Value.Count
    }
    elseif ($Value -is [System.Collections.IDictionary]) {
        $received = 'an object'
    }
    return New-PeerFailure -Code 'InvalidRequest' -Message ('{0}: expected {1}, received {2}.' -f $Path, $Allowed, $received) -Hint 'Send the request in the form of the contract.'
}

function Get-TextField {
    <#
    .SYNOPSIS
    A text of a request that matches a pattern, or a failure that names the field.
    #>
    param(
        [AllowNull()][object]$Object,
        [Parameter(Mandatory = $true)][string]$Name,
        [string]$Path = $Name,
        [string]$Pattern = '(?s)^.+$',
        [string]$Allowed = 'a text that is not empty',
        [switch]$Optional
    )
    $value = Get-Field -Object $Object -Name $Name
    if ($null -eq $value -and $Optional) {
        return $null
    }
    if ($value -isnot [string] -or $value -cnotmatch $Pattern) {
        throw (New-RequestFailure -Path $Path -Value $value -Allowed $Allowed)
    }
    return $value
}

function Assert-KnownField {
    <#
    .SYNOPSIS
    Refuses fields that the contract does not have: they would be ignored in silence.
    #>
    param([AllowNull()][object]$Object, [Parameter(Mandatory = $true)][string[]]$Allowed, [Parameter(Mandatory = $true)][string]$Path)
    if ($Object -isnot [System.Collections.Generic.Dictionary[string, object]]) {
        throw (New-RequestFailure -Path $Path -Value $Object -Allowed 'an object')
    }
    foreach ($name in $Object.Keys) {
        if ($Allowed -cnotcontains $name) {
            throw (New-PeerFailure -Code 'InvalidRequest' -Message ('{0}: unknown field {1}.' -f $Path, $name) -Hint ('Allowed are: {0}.' -f ($Allowed -join ', ')))
        }
    }
}
