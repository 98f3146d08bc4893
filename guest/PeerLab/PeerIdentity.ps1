# Identities of the lab user: what each is worth, finding, importing, removing.
# Only definitions: this file is dot-sourced by PeerLab.psm1, which has compiled the C# files.

$script:PeerNamePattern = '^[0-9a-f]{40}\.[^\x00]{1,149}$'
$script:KeyAccessCode = @('PEER_E_NO_KEY_ACCESS', 'NTE_PERM', 'NTE_BAD_KEYSET', 'NTE_BAD_KEY_STATE', 'NTE_FAIL')
# Codes that speak of the identity's key and of nothing else; any other failure must not end in its removal.
$script:DeadKeyCode = $script:KeyAccessCode + @('NTE_NO_KEY', 'NTE_BAD_KEY', 'NTE_BAD_KEYSET_PARAM', 'PEER_E_NOT_FOUND')
# Where the keys are opened: 'session' or 'task'. Set by the entry.
$script:OpenedIn = 'session'

function Get-FailureCode {
    <#
    .SYNOPSIS
    The stable code inside an error record, or an empty text.
    #>
    param([Parameter(Mandatory = $true)][System.Management.Automation.ErrorRecord]$ErrorRecord)
    return [string](ConvertTo-GuestFailure -ErrorRecord $ErrorRecord)['code']
}

function Assert-KeyAccess {
    <#
    .SYNOPSIS
    Fails with PEER_E_NO_KEY_ACCESS where this logon cannot open keys of its user at all.
    .DESCRIPTION
    Called when an identity's key does not open, before the identity is taken for dead: a logon with an SSH key holds none
    of the user's secrets, and every identity looks dead to it.
    #>
    param()
    $result = [PeerLab.PeerKeys]::ProbeUserKeys()
    if (-not [PeerLab.PeerCodes]::Succeeded($result)) {
        throw (New-PeerFailure -Code 'PEER_E_NO_KEY_ACCESS' -HResult ([PeerLab.PeerCodes]::Hex($result)) -Message ('This logon cannot open keys of its user: {0}.' -f [PeerLab.PeerCodes]::Name($result)) -Hint ([PeerLab.PeerCodes]::Hint('PEER_E_NO_KEY_ACCESS')))
    }
}

function Get-IdentityFact {
    <#
    .SYNOPSIS
    What an identity is worth: its peer name computed from the key it holds, and whether that key signs.
    .OUTPUTS
    IdentityFacts of the contract. Fails only where the logon, not the identity, is at fault.
    #>
    param([Parameter(Mandatory = $true)][PeerLab.PeerNameEntry]$Entry)
    $facts = [ordered]@{
        peerName     = $Entry.PeerName
        friendlyName = $Entry.FriendlyName
        usable       = $false
        openedIn     = $script:OpenedIn
    }
    try {
        $evidence = [PeerLab.PeerKeys]::Examine($Entry.PeerName)
    }
    catch {
        $code = Get-FailureCode -ErrorRecord $_
        if ($script:DeadKeyCode -cnotcontains $code) {
            throw
        }
        if ($script:KeyAccessCode -ccontains $code) {
            Assert-KeyAccess
        }
        # The key is gone or cannot be read by a logon that reads others: that is what the fact says.
        return $facts
    }
    $facts['peerName'] = $evidence.PeerName
    $facts['usable'] = $evidence.Signed -and -not $evidence.CertificateDiffers
    return $facts
}

function Find-Identity {
    <#
    .SYNOPSIS
    The entry of a peer name; null where the user has none. Peer names are case-sensitive.
    #>
    param([Parameter(Mandatory = $true)][AllowEmptyString()][string]$PeerName)
    foreach ($entry in [PeerLab.PeerIdentities]::List()) {
        if ($entry.PeerName -ceq $PeerName) {
            return $entry
        }
    }
    return $null
}

function Clear-Identity {
    <#
    .SYNOPSIS
    Deletes an identity and, before it, its groups: Windows answers PEER_E_GROUPS_EXIST otherwise.
    #>
    param([Parameter(Mandatory = $true)][string]$PeerName)
    $session = New-Object -TypeName PeerLab.PeerSession
    try {
        foreach ($group in [PeerLab.PeerIdentities]::Groups($PeerName)) {
            [PeerLab.PeerIdentities]::DeleteGroup($PeerName, $group.PeerName)
        }
    }
    catch {
        # Where grouping does not start there is no group to ask for; whether any exists is what the deletion itself answers.
        if ([PeerLab.PeerCodes]::Succeeded($session.GroupingResult)) {
            throw
        }
    }
    finally {
        $session.Dispose()
    }
    [PeerLab.PeerIdentities]::Delete($PeerName)
}

function Assert-WantedIdentity {
    <#
    .SYNOPSIS
    Refuses a WantedIdentity that is not in the form of the contract.
    #>
    param([AllowNull()][object]$Wanted, [Parameter(Mandatory = $true)][AllowEmptyString()][string]$Path, [switch]$NameOptional)
    $null = Get-TextField -Object $Wanted -Name 'peerName' -Path ($Path + 'peerName') -Pattern $script:PeerNamePattern -Allowed '40 hex digits, a dot and a classifier of 1 to 149 characters' -Optional:$NameOptional
    $null = Get-TextField -Object $Wanted -Name 'friendlyName' -Path ($Path + 'friendlyName') -Pattern '(?s)^.{1,255}$' -Allowed '1 to 255 characters' -Optional
    $null = Get-TextField -Object $Wanted -Name 'exportPassword' -Path ($Path + 'exportPassword')
    $null = ConvertFrom-ExportedIdentity -Text (Get-Field -Object $Wanted -Name 'exportedIdentity') -Path ($Path + 'exportedIdentity')
}

function ConvertFrom-ExportedIdentity {
    <#
    .SYNOPSIS
    The XML of an export, character for character: Windows refuses one that was changed in any way.
    #>
    param([AllowNull()][object]$Text, [Parameter(Mandatory = $true)][string]$Path)
    $bytes = $null
    if ($Text -is [string] -and $Text.Length -gt 0) {
        try {
            $bytes = [Convert]::FromBase64String($Text)
        }
        catch {
            $bytes = $null
        }
    }
    if ($null -eq $bytes -or $bytes.Length -eq 0 -or $bytes.Length % 2 -ne 0) {
        throw (New-RequestFailure -Path $Path -Value $Text -Allowed 'base64 of UTF-16LE bytes')
    }
    return [System.Text.Encoding]::Unicode.GetString($bytes)
}

function Test-IdentityEntry {
    <#
    .SYNOPSIS
    Whether a listed identity holds a key that signs and really has that peer name.
    #>
    param([AllowNull()][PeerLab.PeerNameEntry]$Entry)
    if ($null -eq $Entry) {
        return $false
    }
    $facts = Get-IdentityFact -Entry $Entry
    return ($facts['usable'] -and $facts['peerName'] -ceq $Entry.PeerName)
}

function Import-Export {
    <#
    .SYNOPSIS
    Imports an export and returns the peer name it has now. Removes it again where that is not the expected one.
    .PARAMETER PeerName
    The expected name; null: whichever the export holds.
    #>
    param([Parameter(Mandatory = $true)][object]$Wanted, [AllowNull()][object]$PeerName)
    $xml = ConvertFrom-ExportedIdentity -Text $Wanted.exportedIdentity -Path 'exportedIdentity'
    $name = [PeerLab.PeerIdentities]::Import($xml, $Wanted.exportPassword)
    if ($null -eq $name) {
        # Windows says that it was there and does not promise to say under which name: only the list can tell.
        if ($null -eq $PeerName) {
            $PeerName = Get-DeclaredPeerName -Xml $xml
        }
        if ($null -eq (Find-Identity -PeerName $PeerName)) {
            throw (New-PeerFailure -Code 'PeerIdentityMismatch' -Message ('Windows holds the exported identity already, but not under the name {0}.' -f $PeerName) -Hint 'Give the peer name that belongs to this export.')
        }
        return $PeerName
    }
    if ($null -ne $PeerName -and $name -cne $PeerName) {
        Clear-Identity -PeerName $name
        throw (New-PeerFailure -Code 'PeerIdentityMismatch' -Message ('The exported identity is {0}, wanted is {1}; it was removed again.' -f $name, $PeerName) -Hint 'Give the export that belongs to this peer name.')
    }
    return $name
}

function Get-DeclaredPeerName {
    <#
    .SYNOPSIS
    The peer name written in an export; an empty text where there is none. Only to look it up in the list: what counts is
    the key.
    #>
    param([Parameter(Mandatory = $true)][string]$Xml)
    if ($Xml -cmatch '<PEERNAME[^>]*>\s*([0-9a-f]{40}\.[^<]+?)\s*</PEERNAME>') {
        return [System.Net.WebUtility]::HtmlDecode($Matches[1])
    }
    return ''
}

function Assert-ImportedIdentity {
    <#
    .SYNOPSIS
    Fails where the identity that was just imported does not sign, or holds another key than its name says.
    #>
    param([Parameter(Mandatory = $true)][string]$PeerName)
    $facts = Get-IdentityFact -Entry (Find-Identity -PeerName $PeerName)
    if (-not $facts['usable']) {
        throw (New-PeerFailure -Code 'PeerIdentityUnusable' -Message ('{0} was imported, but its key does not sign.' -f $PeerName) -Hint 'Check that the profile of the lab user loads and can be written, then run this again.')
    }
    if ($facts['peerName'] -cne $PeerName) {
        Clear-Identity -PeerName $PeerName
        throw (New-PeerFailure -Code 'PeerIdentityMismatch' -Message ('The key stored for {0} belongs to {1}; it was removed again.' -f $PeerName, $facts['peerName']) -Hint 'Give the export that belongs to this peer name, unaltered.')
    }
}

function Install-WantedIdentity {
    <#
    .SYNOPSIS
    Puts a wanted identity in place: leaves one that works, replaces one whose key is dead, imports a missing one.
    .OUTPUTS
    Its peer name, whether it was imported, and whether it was only given another friendly name.
    #>
    param([Parameter(Mandatory = $true)][object]$Wanted)
    $name = Get-Field -Object $Wanted -Name 'peerName'
    if ($null -eq $name) {
        $name = Get-DeclaredPeerName -Xml (ConvertFrom-ExportedIdentity -Text $Wanted.exportedIdentity -Path 'exportedIdentity')
    }
    $entry = Find-Identity -PeerName $name
    $imported = -not (Test-IdentityEntry -Entry $entry)
    if ($imported) {
        if ($null -ne $entry) {
            Clear-Identity -PeerName $entry.PeerName
        }
        $name = Import-Export -Wanted $Wanted -PeerName (Get-Field -Object $Wanted -Name 'peerName')
        Assert-ImportedIdentity -PeerName $name
    }
    $named = Test-FriendlyName -PeerName $name -Wanted $Wanted
    if (-not $named) {
        # The export does not carry it.
        [PeerLab.PeerIdentities]::SetFriendlyName($name, $Wanted.friendlyName)
    }
    return [pscustomobject]@{ PeerName = $name; Imported = $imported; Renamed = -not $imported -and -not $named }
}

function Test-FriendlyName {
    <#
    .SYNOPSIS
    Whether an identity has the wanted friendly name; any will do where none is wanted.
    #>
    param([Parameter(Mandatory = $true)][string]$PeerName, [Parameter(Mandatory = $true)][object]$Wanted)
    $friendlyName = Get-Field -Object $Wanted -Name 'friendlyName'
    return ($null -eq $friendlyName -or [PeerLab.PeerIdentities]::GetFriendlyName($PeerName) -ceq $friendlyName)
}

function Get-IdentityDrift {
    <#
    .SYNOPSIS
    What Install-WantedIdentity would change of a wanted identity with a peer name: one phrase, or nothing.
    #>
    param([Parameter(Mandatory = $true)][object]$Wanted)
    $entry = Find-Identity -PeerName $Wanted.peerName
    if ($null -eq $entry) {
        'identity {0} is missing' -f $Wanted.peerName
    }
    elseif (-not (Test-IdentityEntry -Entry $entry)) {
        'identity {0} is unusable' -f $Wanted.peerName
    }
    elseif (-not (Test-FriendlyName -PeerName $Wanted.peerName -Wanted $Wanted)) {
        'identity {0} has another friendly name' -f $Wanted.peerName
    }
}
